package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.datacapsule.router.testing.DialectRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of the registry as its users make theirs: generated from the registry's own document by a public generator. */
class ViceClientsIT {
    private static final Path GENERATOR = Path.of("target/client-generator/swagger-codegen.jar");
    private static final Path RESOURCES = Path.of("src/test/resources/vice");
    private static final String PYTHON = "/usr/bin/python3";

    @Test
    void aGeneratedClientWorks(@TempDir Path directory) throws Exception {
        assertThat(Path.of("/usr/lib/python3/dist-packages/dateutil"))
                .as("python3-dateutil, which scripts/test installs")
                .exists();
        Path client = directory.resolve("client");
        ProgramOutput.of(
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-jar",
                        GENERATOR.toString(),
                        "generate",
                        "-l",
                        "python",
                        "-i",
                        RESOURCES.resolve("swagger.yaml").toString(),
                        "-o",
                        client.toString(),
                        "-DpackageName=vice_client"),
                Map.of());
        try (DialectRouter dialect =
                DialectRouter.start(Files.createDirectory(directory.resolve("router")), "vice", Map.of())) {
            Path disk = Files.write(directory.resolve("disk"), dialect.source().disk());

            JsonObject saw = ProgramOutput.of(
                            List.of(
                                    PYTHON,
                                    RESOURCES.resolve("client.py").toString(),
                                    dialect.router().uri() + "/vice/v1",
                                    "ann",
                                    disk.toString()),
                            Map.of("PYTHONPATH", client.toString()))
                    .steps();

            assertThat(saw)
                    .isEqualTo(new JsonObject("""
                    {"user": [true, "ann", "ann@example.org", null], "stranger": 401,
                     "environment": ["Glance", true, null, "OpenStack"], "changed": "Glance 2",
                     "environments": ["datacapsule", "Glance 2"],
                     "image": ["of ann", false, {"a": 1}], "imported": [true], "updated": "img-1",
                     "downloaded": "514649fb", "foreign": 405, "deployed": ["here", 1], "deployments": 0,
                     "left": [true], "gone": [404, 0]}
                    """)
                            .put(
                                    "statistics",
                                    new JsonArray(List.of(
                                            "export_worker",
                                            "exports_pending",
                                            "import_worker",
                                            "imports_pending",
                                            "store_pending",
                                            "store_worker"))));
        }
    }
}
