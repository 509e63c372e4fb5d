package org.datacapsule.campaign;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.datacapsule.campaign.simulated.SimulatedCampaign;
import org.datacapsule.campaign.simulated.SimulatedCampaign.Outcome;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.devkit.campaign.RealCampaign;
import org.datacapsule.devkit.check.Breach;
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
        private int jobs = Runtime.getRuntime().availableProcessors();

        @Option(names = "--in-this-process", hidden = true, description = "what each of the jobs does")
        private boolean isJob;

        @Option(names = "--trace", description = "print what happens in each run")
        private boolean trace;

        @Option(names = "--shrink", description = "find out how little has to happen for a rule to break")
        private boolean shrink;

        Simulated() {}

        @Override
        public Integer call() throws Exception {
            if (runs < 1 || jobs < 1) {
                System.err.println("--runs and --jobs must be at least 1, not " + runs + " and " + jobs);
                return CommandLine.ExitCode.USAGE;
            }
            return isJob ? play() : shareOut();
        }

        private int shareOut() throws IOException, InterruptedException {
            List<String> more = new ArrayList<>();
            if (trace) {
                more.add("--trace");
            }
            if (shrink) {
                more.add("--shrink");
            }
            long begun = System.nanoTime();
            int worst = new Jobs().play(Jobs.shares(seed, runs, jobs), more);
            double seconds = (System.nanoTime() - begun) / 1e9;
            String end = worst == 0 ? "no rule was broken" : worst == BROKEN ? "rules are broken" : "a job failed";
            out.printf("%d runs in %.0f s, %.1f a second; %s%n", runs, seconds, runs / seconds, end);
            return worst;
        }

        private int play() throws Exception {
            SimulatedCampaign.prepareJvm();
            int broken = 0;
            try (DevPostgres postgres = DevPostgres.temporary();
                    SimulatedCampaign campaign = SimulatedCampaign.open(postgres, "simulated")) {
                for (long each = seed; each < seed + runs; each++) {
                    Outcome outcome = campaign.run(each);
                    if (!outcome.isGood()) {
                        broken++;
                        print(shrink ? campaign.shrunk(each) : outcome);
                    } else if (trace) {
                        print(outcome);
                    }
                }
            }
            return broken == 0 ? 0 : BROKEN;
        }

        /** At once, as other jobs print too. */
        private void print(Outcome outcome) {
            StringBuilder text = new StringBuilder("seed " + outcome.seed());
            text.append(outcome.isGood() ? ": all is well\n" : ": rules are broken\n");
            outcome.breaches()
                    .forEach(breach -> text.append("  ").append(breach).append('\n'));
            if (trace || shrink) {
                text.append("What happened:\n").append(outcome.happenings());
            }
            if (trace) {
                text.append("What came of it, and when:\n").append(outcome.trace());
            }
            if (!outcome.isGood() && !trace) {
                text.append("What came of it, and when: ").append(kept(outcome)).append('\n');
            }
            out.print(text);
            out.flush();
        }

        /** Where it says what happened. */
        private static Path kept(Outcome outcome) {
            try {
                return Files.writeString(
                        Files.createTempFile("campaign-seed-" + outcome.seed() + "-", ".txt"),
                        outcome.happenings() + outcome.trace());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
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
