package org.datacapsule.campaign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shares runs among processes: what makes a run repeatable is one to a JVM, and so is what it is simulated on. */
final class Jobs {
    private static final List<String> OPTIONS =
            List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:+UseSerialGC");

    private final List<Process> processes = new ArrayList<>();

    /** Some runs that follow each other. */
    record Share(long seed, int runs) {}

    /**
     * As even as can be, and none of nothing.
     *
     * @param jobs at most so many; at least 1
     */
    static List<Share> shares(long seed, int runs, int jobs) {
        List<Share> shares = new ArrayList<>();
        int many = Math.min(runs, jobs);
        long from = seed;
        for (int job = 0; job < many; job++) {
            int share = runs / many + (job < runs % many ? 1 : 0);
            shares.add(new Share(from, share));
            from += share;
        }
        return shares;
    }

    /**
     * Plays each share in a process of its own, whose output is this one's; they end with it.
     *
     * @param more options of the command
     * @return the worst exit code: 0 when no rule was broken, 1 when one was, else a job failed
     */
    int play(List<Share> shares, List<String> more) throws IOException, InterruptedException {
        Thread end = new Thread(() -> processes.forEach(Process::destroy), "end-jobs");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            for (Share share : shares) {
                processes.add(start(share, more));
            }
            int worst = 0;
            for (Process process : processes) {
                worst = Math.max(worst, process.waitFor());
            }
            return worst;
        } finally {
            processes.forEach(Process::destroy);
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private static Process start(Share share, List<String> more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CampaignMain.class.getName()));
        command.addAll(List.of("simulated", "--in-this-process", "--runs=" + share.runs(), "--seed=" + share.seed()));
        command.addAll(more);
        return new ProcessBuilder(command).inheritIO().start();
    }
}
