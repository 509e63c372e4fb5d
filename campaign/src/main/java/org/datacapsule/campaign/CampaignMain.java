package org.datacapsule.campaign;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.datacapsule.campaign.check.Breach;
import org.datacapsule.campaign.real.RealCampaign;
import org.datacapsule.campaign.simulated.SimulatedCampaign;
import org.datacapsule.campaign.simulated.SimulatedCampaign.Outcome;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.devkit.fleet.Testbed;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs campaigns of faults. */
@Command(
        name = "campaign",
        mixinStandardHelpOptions = true,
        description = "Random commands while faults strike, and then the rules that hold all the same.",
        subcommands = {CampaignMain.Simulated.class, CampaignMain.Real.class})
public final class CampaignMain {
    private static final int BROKEN = 1;

    private CampaignMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CampaignMain()).execute(arguments));
    }

    /** Many short runs on fleets that are simulated. */
    @Command(name = "simulated", description = "Many short runs on simulated fleets, in simulated time.")
    static final class Simulated implements Callable<Integer> {
        private final PrintStream out = System.out;

        @Option(names = "--runs", defaultValue = "100", description = "how many; ${DEFAULT-VALUE} unless said")
        private int runs;

        @Option(names = "--seed", defaultValue = "1", description = "of the first; each other's is one more")
        private long seed;

        @Option(names = "--jobs", description = "processes that share the runs; one for each processor unless said")
        private int jobs;

        @Option(names = "--trace", description = "print what happens in each run")
        private boolean trace;

        @Option(names = "--shrink", description = "find out how little has to happen for a rule to break")
        private boolean shrink;

        private Simulated() {}

        @Override
        public Integer call() throws Exception {
            int many = jobs > 0 ? jobs : Math.min(runs, Runtime.getRuntime().availableProcessors());
            return many > 1 ? shareOut(many) : play();
        }

        /** What makes runs repeatable is one to a JVM, so each job is a process. */
        private int shareOut(int many) throws IOException, InterruptedException {
            long begun = System.nanoTime();
            List<Process> processes = new ArrayList<>();
            long from = seed;
            for (int job = 0; job < many; job++) {
                int share = runs / many + (job < runs % many ? 1 : 0);
                processes.add(job(from, share));
                from += share;
            }
            int worst = 0;
            for (Process process : processes) {
                worst = Math.max(worst, process.waitFor());
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            out.printf(
                    "all %d runs in %.0f s, %.1f a second; %s%n",
                    runs, seconds, runs / seconds, worst == 0 ? "all is well" : "rules are broken");
            return worst;
        }

        private Process job(long from, int share) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    CampaignMain.class.getName(),
                    "simulated",
                    "--jobs=1",
                    "--runs=" + share,
                    "--seed=" + from));
            if (trace) {
                command.add("--trace");
            }
            if (shrink) {
                command.add("--shrink");
            }
            return new ProcessBuilder(command).inheritIO().start();
        }

        private int play() throws Exception {
            SimulatedCampaign.prepareJvm();
            int broken = 0;
            try (DevPostgres postgres = DevPostgres.temporary();
                    SimulatedCampaign campaign = SimulatedCampaign.open(postgres, "simulated")) {
                long begun = System.nanoTime();
                for (long each = seed; each < seed + runs; each++) {
                    Outcome outcome = campaign.run(each);
                    if (!outcome.isGood()) {
                        broken++;
                        print(shrink ? campaign.shrunk(each) : outcome);
                    } else if (trace) {
                        print(outcome);
                    }
                }
                double seconds = (System.nanoTime() - begun) / 1e9;
                out.printf(
                        "%d runs in %.0f s, %.1f a second; %d broke a rule%n", runs, seconds, runs / seconds, broken);
            }
            return broken == 0 ? 0 : BROKEN;
        }

        private void print(Outcome outcome) {
            out.println("seed " + outcome.seed() + (outcome.isGood() ? ": all is well" : ": rules are broken"));
            outcome.breaches().forEach(breach -> out.println("  " + breach));
            if (trace || shrink) {
                out.println("What happened:");
                out.print(outcome.happenings());
            }
            if (trace) {
                out.println("What came of it, and when:");
                out.print(outcome.trace());
            }
        }
    }

    /** One run on a testbed. */
    @Command(name = "real", description = "One run on a testbed: real hosts, guests, routers and faults.")
    static final class Real implements Callable<Integer> {
        private static final int HOSTS = 3;
        private static final int ROUTERS = 2;
        /** Of a machine of two processors. */
        private static final int STEPS_A_MINUTE = 20;

        private final PrintStream out = System.out;

        @Option(names = "--steps", description = "how many commands and faults; 60 unless said")
        private int steps;

        @Option(names = "--minutes", description = "instead of --steps: about this long")
        private int minutes;

        @Option(names = "--seed", defaultValue = "1", description = "what they are drawn from")
        private long seed;

        private Real() {}

        @Override
        public Integer call() throws Exception {
            int many = steps > 0 ? steps : minutes > 0 ? minutes * STEPS_A_MINUTE : 3 * STEPS_A_MINUTE;
            try (Testbed testbed = Testbed.up(HOSTS, ROUTERS)) {
                RealCampaign campaign = new RealCampaign(testbed, HOSTS, ROUTERS, seed, out::println);
                List<Breach> breaches = campaign.run(many);
                out.println(campaign.summary());
                if (!breaches.isEmpty()) {
                    out.println(testbed.logs());
                }
                breaches.forEach(out::println);
                out.printf(
                        "%d steps from seed %d; %s%n",
                        many, seed, breaches.isEmpty() ? "all is well" : "rules are broken");
                return breaches.isEmpty() ? 0 : BROKEN;
            }
        }
    }
}
