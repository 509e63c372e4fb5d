package org.datacapsule.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.devkit.fleet.Libvirt;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.ShortCommand;

/**
 * The same guest through qemu-img and virsh: the domain of a capsule that is shut down, with another name and disk. Its
 * address, filter and screen are that capsule's.
 */
final class BareLife implements Life {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SSH = 22;

    private final String xml;
    private final String address;
    private final Path model;
    private final Path base;

    /**
     * @param xml of a running capsule
     * @param address of its guest
     * @param model its disk
     * @param base the image under its disk
     */
    BareLife(String xml, String address, Path model, Path base) {
        this.xml = xml;
        this.address = address;
        this.model = model;
        this.base = base;
    }

    @Override
    public void live(Clock clock) throws IOException, InterruptedException {
        String domain = UUID.randomUUID().toString();
        Path disk = model.resolveSibling("bare-" + domain + ".qcow2");
        Path description = Files.createTempFile("bare", ".xml");
        Files.writeString(description, described(domain, disk));

        clock.begin();
        ShortCommand.output(
                "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), disk.toString(), "1G");
        clock.reached(Phase.CREATED);
        ShortCommand.output("chown", "--reference=" + model, disk.toString());
        ShortCommand.output("chmod", "--reference=" + model, disk.toString());

        clock.begin();
        Libvirt.virsh("create", description.toString());
        clock.reached(Phase.RUNNING);
        SshBanner.await(address, SSH);
        clock.reached(Phase.SSH_BANNER);

        clock.begin();
        Libvirt.virsh("shutdown", domain);
        Patience.await(
                "end of the bare guest",
                PATIENCE,
                () -> Libvirt.domains().contains(domain) ? Optional.empty() : Optional.of(domain));
        clock.reached(Phase.STOPPED);

        clock.begin();
        Files.delete(disk);
        clock.reached(Phase.DELETED);
        Files.delete(description);
    }

    /** Without our mark in the metadata, so that the agent leaves it alone. */
    private String described(String domain, Path disk) {
        return xml.replaceFirst("(?s)<metadata>.*</metadata>", "")
                .replaceFirst("<name>.*</name>", "<name>bare-" + domain + "</name>")
                .replaceFirst("<uuid>.*</uuid>", "<uuid>" + domain + "</uuid>")
                .replace(model.toString(), disk.toString());
    }
}
