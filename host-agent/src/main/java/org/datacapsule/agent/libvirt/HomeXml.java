package org.datacapsule.agent.libvirt;

import java.nio.file.Path;
import org.datacapsule.agent.hypervisor.Home;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;

/** A guest's description of another host, or of another time, as a host has it: its files, port, network and filter there. */
final class HomeXml {

    private HomeXml() {}

    static String of(String description, Home home) {
        XmlElement domain = XmlReading.parse(description);
        domain.first("metadata")
                .flatMap(metadata -> metadata.firstIn(DomainXml.NAMESPACE, "capsule"))
                .ifPresent(mark -> mark.with("generation", home.generation()));
        domain.first("devices").ifPresent(devices -> {
            devices.all("disk").forEach(disk -> moveDisk(disk, home));
            devices.all("channel").forEach(channel -> moveChannel(channel, home));
            devices.first("graphics").ifPresent(screen -> moveScreen(screen, home));
            devices.first("interface").ifPresent(it -> moveInterface(it, home));
        });
        return domain.render();
    }

    private static void moveDisk(XmlElement disk, Home home) {
        // What it lies on is found there in the file itself.
        disk.remove("backingStore");
        disk.first("source").ifPresent(source -> {
            Path name = Path.of(source.attribute("file")).getFileName();
            source.with("file", home.directory().resolve(String.valueOf(name)).toString());
        });
    }

    private static void moveChannel(XmlElement channel, Home home) {
        if (DomainXml.isReleaseChannel(channel)) {
            channel.first("source")
                    .ifPresent(
                            source -> source.with("path", home.releaseSocket().toString()));
        }
    }

    private static void moveScreen(XmlElement screen, Home home) {
        screen.with("port", home.vncPort()).with("listen", home.vncListen());
        screen.first("listen").ifPresent(listen -> listen.with("address", home.vncListen()));
    }

    private static void moveInterface(XmlElement networkInterface, Home home) {
        networkInterface.remove("target");
        networkInterface.remove("source");
        networkInterface.add(XmlElement.of("source").with("network", home.network()));
        networkInterface.first("filterref").ifPresent(filter -> filter.with("filter", home.filter()));
    }
}
