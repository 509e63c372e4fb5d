package org.datacapsule.agent.libvirt;

import java.nio.file.Path;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;

/** A running guest's description as the host it goes to has it: its files, port, network and filter there. */
final class ArrivingXml {

    private ArrivingXml() {}

    static String of(String migratable, Departing departing) {
        XmlElement domain = XmlReading.parse(migratable);
        domain.first("metadata")
                .flatMap(metadata -> metadata.firstIn(DomainXml.NAMESPACE, "capsule"))
                .ifPresent(mark -> mark.with("generation", departing.generation()));
        domain.first("devices").stream()
                .flatMap(devices -> devices.all("disk"))
                .forEach(disk -> moveDisk(disk, departing));
        domain.first("devices", "graphics").ifPresent(screen -> moveScreen(screen, departing));
        domain.first("devices", "interface").ifPresent(it -> moveInterface(it, departing));
        return domain.render();
    }

    private static void moveDisk(XmlElement disk, Departing departing) {
        // What it lies on is found there in the file itself.
        disk.remove("backingStore");
        disk.first("source").ifPresent(source -> {
            String name = String.valueOf(Path.of(source.attribute("file")).getFileName());
            source.with("file", departing.landing().directory() + "/" + name);
        });
    }

    private static void moveScreen(XmlElement screen, Departing departing) {
        screen.with("port", departing.arriving().vncPort())
                .with("listen", departing.landing().vncListen());
        screen.first("listen")
                .ifPresent(listen -> listen.with("address", departing.landing().vncListen()));
    }

    private static void moveInterface(XmlElement networkInterface, Departing departing) {
        networkInterface.remove("target");
        networkInterface.remove("source");
        networkInterface.add(
                XmlElement.of("source").with("network", departing.landing().network()));
        networkInterface
                .first("filterref")
                .ifPresent(filter -> filter.with("filter", departing.landing().filter()));
    }
}
