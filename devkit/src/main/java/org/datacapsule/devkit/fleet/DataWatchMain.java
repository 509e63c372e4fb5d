package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A {@link DataWatch} that does not stop looking, to be run on a host: prints how often it looked, how often data was there,
 * and every breach. Arguments: libvirt's URI, the network, its bridge, and a file that ends it by coming to be.
 */
public final class DataWatchMain {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private DataWatchMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        DataWatch watch = new DataWatch(arguments[0], arguments[1], arguments[2]);
        Path end = Path.of(arguments[3]);
        int looks = 0;
        int withData = 0;
        while (!Files.exists(end)) {
            watch.breaches().forEach(breach -> System.out.println("breach: " + breach));
            withData += watch.capsulesWithData().isEmpty() ? 0 : 1;
            looks++;
            // Who lists the kernel's rules without a pause keeps libvirt from changing them.
            Thread.sleep(PAUSE);
        }
        System.out.println("looks: " + looks);
        System.out.println("with data: " + withData);
    }
}
