package org.datacapsule.router.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDoor;

/** A host with a real image door that has made one image of a capsule's disk, as the database has it once the outcome is there. */
public final class MakingHost implements AutoCloseable {
    private final ImageDoor door;
    private final Sha256 content;
    private final String image;
    private final AtomicInteger asked;

    private MakingHost(ImageDoor door, Sha256 content, String image, AtomicInteger asked) {
        this.door = door;
        this.content = content;
        this.image = image;
        this.asked = asked;
    }

    /** @param capsule an existing one, of {@code owner} */
    public static MakingHost of(TestRouter router, Path file, String owner, String capsule) throws Exception {
        Sha256 content = new Sha256(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        Identity host = router.join("maker");
        String image = UUID.randomUUID().toString();
        AtomicInteger asked = new AtomicInteger();
        ImageDoor door = ImageDoor.open("127.0.0.1", 0, 1, host, wanted -> {
            asked.incrementAndGet();
            return Optional.of(file).filter(it -> wanted.equals(content));
        });
        router.change(
                false,
                List.of(
                        """
                        insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb,
                                          ssh_first, vnc_first, port_count, guest_network, lease_until, enabled,
                                          image_door_address, image_door_port)
                        values ('maker', gen_random_uuid(), 'test', '127.0.0.1', 'none', 1, 1, 1, 20000, 6000, 1,
                                '10.90.0.0/16', now() + interval '1 hour', false, '127.0.0.1', %d)
                        """.formatted(door.port()),
                        "insert into host_image (host_id, sha256) values ('maker', '" + content.hex() + "')",
                        """
                        insert into image (id, name, is_public, owner, status, sha256, source_capsule, share_operation)
                        values ('%s', '%1$s', false, '%s', 'SHARE_PENDING', '%s', '%s', gen_random_uuid())
                        """.formatted(image, owner, content.hex(), capsule)));
        return new MakingHost(door, content, image, asked);
    }

    public Sha256 content() {
        return content;
    }

    public String image() {
        return image;
    }

    /** How often the file was asked for. */
    public int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        door.close();
    }
}
