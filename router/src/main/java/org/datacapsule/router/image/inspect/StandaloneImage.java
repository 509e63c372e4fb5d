package org.datacapsule.router.image.inspect;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;

/**
 * Makes a standalone qcow2 of a file that a stranger gave, or says why it is not taken. A qcow2 is written anew as well:
 * what hosts read later has only what our own qemu-img wrote.
 */
public final class StandaloneImage {
    private static final String GIVEN = "/given";
    private static final String MADE = "/made";
    /** What qemu-img check says of a qcow2 with clusters that nothing uses: a waste, no damage. */
    private static final int LEAKS_ONLY = 3;

    private final Confinement confinement;
    private final long mostVirtualBytes;
    private final Duration limit;

    /**
     * @param mostVirtualBytes of the disk a guest would see
     * @param limit for each look at a file
     */
    public StandaloneImage(Confinement confinement, long mostVirtualBytes, Duration limit) {
        this.confinement = confinement;
        this.mostVirtualBytes = mostVirtualBytes;
        this.limit = limit;
    }

    /**
     * @param said the format its sender gives, if any
     * @param made an empty file, in a directory that no other user can reach; has the qcow2 once this returns
     * @param mostBytes how large that may become
     * @throws RefusedImageException when the file is not taken
     * @throws IOException when it is not known, because something here does not work
     */
    public void make(Path given, Optional<ImageFormat> said, Path made, long mostBytes)
            throws RefusedImageException, IOException, InterruptedException {
        ImageFormat format = HeaderCheck.check(given, said, mostVirtualBytes);
        letOthers(given, PosixFilePermission.OTHERS_READ);
        letOthers(made, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
        Confinement.Shown in = new Confinement.Shown(given, GIVEN, false);
        requireAlone(in, format);
        requireWhole(in, format);
        convert(in, format, new Confinement.Shown(made, MADE, true), mostBytes);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rw-------"));
    }

    /** The confined process has another user's id; the directory around the file keeps all others out. */
    private void letOthers(Path file, PosixFilePermission... what) throws IOException {
        if (confinement.otherUser().isPresent()) {
            Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
            permissions.addAll(List.of(what));
            Files.setPosixFilePermissions(file, permissions);
        }
    }

    /** qemu-img's opinion of what the header says. */
    private void requireAlone(Confinement.Shown in, ImageFormat format)
            throws RefusedImageException, IOException, InterruptedException {
        ConfinedRun.Ended info =
                run(List.of("qemu-img", "info", "--output=json", "-f", format.wireName(), GIVEN), List.of(in), 0);
        if (!info.isGood()) {
            throw unreadable(info, format);
        }
        JsonObject said = json(info);
        JsonObject specific =
                said.getJsonObject("format-specific", new JsonObject()).getJsonObject("data", new JsonObject());
        if (said.containsKey("backing-filename")
                || said.containsKey("full-backing-filename")
                || specific.containsKey("data-file")
                || !said.getJsonArray("snapshots", new JsonArray()).isEmpty()
                || said.getBoolean("encrypted", false)) {
            throw new RefusedImageException(
                    "The " + format.wireName()
                            + " needs another file, is encrypted or has snapshots inside; make it stand alone with qemu-img convert.");
        }
        VirtualSize.require(said.getLong("virtual-size", 0L), mostVirtualBytes);
    }

    private void requireWhole(Confinement.Shown in, ImageFormat format)
            throws RefusedImageException, IOException, InterruptedException {
        if (format == ImageFormat.RAW) {
            return;
        }
        ConfinedRun.Ended check =
                run(List.of("qemu-img", "check", "-q", "-f", format.wireName(), GIVEN), List.of(in), 0);
        if (!check.isGood() && check.code() != LEAKS_ONLY) {
            throw unreadable(check, format);
        }
    }

    private void convert(Confinement.Shown in, ImageFormat format, Confinement.Shown out, long mostBytes)
            throws RefusedImageException, IOException, InterruptedException {
        ConfinedRun.Ended converted = run(
                List.of("qemu-img", "convert", "-f", format.wireName(), "-O", "qcow2", GIVEN, MADE),
                List.of(in, out),
                mostBytes);
        if (converted.wroteTooMuch()) {
            throw new RefusedImageException(
                    ErrorCode.IMAGE_TOO_LARGE,
                    "The image has more data than the " + mostBytes + " bytes that are taken.");
        }
        if (!converted.isGood()) {
            throw unreadable(converted, format);
        }
    }

    private ConfinedRun.Ended run(List<String> program, List<Confinement.Shown> files, long mostWritten)
            throws RefusedImageException, IOException, InterruptedException {
        ConfinedRun.Ended ended = confinement.run(program, files, mostWritten, limit);
        if (ended.tookTooLong()) {
            throw new RefusedImageException(
                    "The image was not read within " + limit.toSeconds() + " s, which is as long as it may take.");
        }
        if (ended.code() < 0
                || ended.errors().startsWith("bwrap: ")
                || ended.errors().contains("No space left on device")) {
            throw new IOException("qemu-img could not be run: " + ended.lastWords());
        }
        return ended;
    }

    private static RefusedImageException unreadable(ConfinedRun.Ended ended, ImageFormat format) {
        return new RefusedImageException("The file is not a whole and sound " + format.wireName() + ": "
                + ended.lastWords()
                        .replace("qemu-img: ", "")
                        .replace(GIVEN, "the file")
                        .replace('\n', ' '));
    }

    private static JsonObject json(ConfinedRun.Ended info) throws IOException {
        try {
            return new JsonObject(info.output());
        } catch (DecodeException e) {
            throw new IOException("qemu-img info did not answer in JSON", e);
        }
    }
}
