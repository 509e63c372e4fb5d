package org.datacapsule.router.image.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A router that is not root confines qemu-img in a user namespace. What {@link ConfinementIT} tries as whoever runs the tests, this
 * tries as another user; where tests are not run by root, or a machine has no such namespaces, there is nothing to try.
 */
class UnprivilegedConfinementIT {
    private static final String USER = "65533";
    private static final List<String> AS_USER =
            List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--inh-caps=-all");

    @Test
    void whoIsNotRootConfinesInAUserNamespace(@TempDir Path directory) throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        assumeThat(run(AS_USER, "bwrap", "--unshare-user", "--ro-bind", "/", "/", "true")
                        .code())
                .as("user namespaces of users")
                .isZero();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path theirs = Files.createDirectory(directory.resolve("theirs"));
        assertThat(run(List.of(), "chown", USER + ":" + USER, theirs.toString()).code())
                .isZero();

        Said said = run(
                AS_USER,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                classPath(directory),
                UnprivilegedLook.class.getName(),
                theirs.toString());

        assertThat(said.code()).as(said.text()).isZero();
        assertThat(said.text().lines())
                .containsExactly(
                        "id " + USER,
                        "root bin,dev,lib,lib64,usr,",
                        "secret false",
                        "mount false",
                        "memory false",
                        "network false",
                        "made qcow2",
                        "too large image.too-large");
    }

    /** The router as it is shipped and the one class of this test, where everybody can read them. */
    private static String classPath(Path directory) throws Exception {
        Path jar = Files.copy(Path.of("target", "datacapsule-router.jar"), directory.resolve("router.jar"));
        Path lib = Files.createDirectory(directory.resolve("lib"));
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target", "lib"))) {
            for (Path one : jars) {
                Files.copy(one, lib.resolve(one.getFileName()));
            }
        }
        String name = UnprivilegedLook.class.getName().replace('.', '/') + ".class";
        Path copy = directory.resolve("classes").resolve(name);
        Files.createDirectories(copy.getParent());
        Files.write(
                copy,
                UnprivilegedLook.class
                        .getClassLoader()
                        .getResourceAsStream(name)
                        .readAllBytes());
        return jar + ":" + directory.resolve("classes");
    }

    private record Said(int code, String text) {}

    private static Said run(List<String> as, String... program) throws Exception {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of(program));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }
}
