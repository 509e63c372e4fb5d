package org.datacapsule.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** qcow2 files, through qemu-img. */
final class Overlay {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long GIB = 1L << 30;

    private final ProgramRunner programs;

    Overlay(ProgramRunner programs) {
        this.programs = programs;
    }

    /** Makes {@code file} an overlay of {@code diskGb}, or of the base's own size where that is more. */
    void create(Path file, Path base, int diskGb) {
        long size = Math.max(diskGb * GIB, info(base).path("virtual-size").asLong());
        run(List.of(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                base.toString(),
                file.toString(),
                Long.toString(size)));
    }

    /** Makes {@code file} an overlay of the base's size. */
    void createOn(Path file, Path base) {
        run(List.of("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), file.toString()));
    }

    /**
     * Bytes that {@code file}, laid on this base, takes when it is flattened; somewhat more than it will.
     *
     * @param snapshot in the file, by its name; the file as it is now where there is none
     */
    long flattenedBytes(Path file, Path base, Optional<String> snapshot) {
        requireOwnData(file);
        List<String> arguments = new ArrayList<>(List.of("qemu-img", "measure", "--output=json", "-O", "qcow2"));
        arguments.addAll(at(snapshot));
        arguments.addAll(List.of("--image-opts", layers(file, base)));
        try {
            return JSON.readTree(run(arguments)).path("required").asLong();
        } catch (JsonProcessingException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "qemu-img measure gave no JSON");
        }
    }

    private static List<String> at(Optional<String> snapshot) {
        return snapshot.map(name -> List.of("-l", "snapshot.name=" + name)).orElse(List.of());
    }

    /** What is done about a snapshot. */
    enum Snapshot {
        TAKE("-c"),
        REVERT("-a"),
        DELETE("-d");

        private final String option;

        Snapshot(String option) {
            this.option = option;
        }
    }

    /** Names of the snapshots in the file. */
    Set<String> snapshots(Path file) {
        Set<String> names = new HashSet<>();
        info(file).path("snapshots").forEach(it -> names.add(it.path("name").asText()));
        return names;
    }

    /** Does this about a snapshot in {@code file}, which lies on this base. */
    void snapshot(Snapshot what, String name, Path file, Path base, MoveWatch watch) {
        requireOwnData(file);
        runLong(List.of("qemu-img", "snapshot", "-q", what.option, name, "--image-opts", layers(file, base)), watch);
    }

    /**
     * Writes what {@code file}, laid on this base and on no other file, has to {@code target}, which needs no other.
     *
     * @param snapshot as for {@link #flattenedBytes}
     */
    void flatten(Path file, Path base, Optional<String> snapshot, Path target, MoveWatch watch) {
        requireOwnData(file);
        List<String> arguments = new ArrayList<>(List.of("qemu-img", "convert", "-p", "-O", "qcow2"));
        arguments.addAll(at(snapshot));
        arguments.addAll(List.of("--image-opts", layers(file, base), target.toString()));
        runLong(arguments, watch);
    }

    private void runLong(List<String> arguments, MoveWatch watch) {
        try {
            programs.runLong(arguments, watch::progress, watch::isWanted);
        } catch (ProgramFailedException e) {
            if (!watch.isWanted()) {
                throw new ProblemException(
                        ErrorCode.OPERATION_CANCELLED, "A later command for the capsule cancelled this operation.");
            }
            throw Failures.of(e);
        }
    }

    /** The base is said, so that the one in the file's header, which who had QEMU could write, is not looked at. */
    private static String layers(Path file, Path base) {
        return "driver=qcow2,file.driver=file,file.filename=" + QemuOptions.escaped(file)
                + ",backing.driver=qcow2,backing.file.driver=file,backing.file.filename=" + QemuOptions.escaped(base);
    }

    private void requireOwnData(Path file) {
        if (info(file).path("format-specific").path("data").has("data-file")) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "The disk keeps its data in another file.");
        }
    }

    /**
     * Lays {@code file}, whose content nobody here has written, on this base and on no other file.
     *
     * @throws ProblemException when it is no qcow2 file, or keeps its data in another
     */
    void rebase(Path file, Path base) {
        if (info(file).path("format-specific").path("data").has("data-file")) {
            throw new ProblemException(ErrorCode.HOST_TRANSFER_DAMAGED, "The disk keeps its data in another file.");
        }
        run(List.of("qemu-img", "rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), file.toString()));
    }

    /**
     * Refuses what is no qcow2 file, and one that names other files: QEMU would open those for whoever made the image.
     */
    void requireStandalone(Path file) {
        JsonNode info = info(file);
        boolean dataFile = info.path("format-specific").path("data").has("data-file");
        if (info.has("backing-filename") || info.has("full-backing-filename") || dataFile) {
            throw new ProblemException(
                    ErrorCode.HOST_TOOL_FAILED, "the image refers to another file; flatten it with qemu-img convert");
        }
    }

    private JsonNode info(Path file) {
        // The format is said, not guessed: a guest can write a qcow2 header onto a raw disk.
        String json = run(List.of("qemu-img", "info", "-U", "-f", "qcow2", "--output=json", file.toString()));
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "qemu-img info gave no JSON");
        }
    }

    private String run(List<String> arguments) {
        try {
            return programs.run(arguments);
        } catch (ProgramFailedException e) {
            throw Failures.of(e);
        }
    }
}
