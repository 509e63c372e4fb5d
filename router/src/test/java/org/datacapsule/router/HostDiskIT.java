package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A capsule demands of its host's disk all that its files may come to, from the moment it is created. */
class HostDiskIT {
    private static final Map<String, String> TEN_AND_FIVE_GB_EACH = Map.of(
            "capsules.disk-gb", "10",
            "secure-mode.volume-mb", "5120",
            "placement.disk-ratio", "1",
            "placement.memory-ratio", "1");

    @TempDir
    Path directory;

    @Test
    void theSecureVolumeAndTheMemoryOfSecureModeCount() throws Exception {
        Capacity roomForOne = new Capacity(64, 1 << 20, 33);
        try (TestRouter router = TestRouter.start(directory, TEN_AND_FIVE_GB_EACH);
                FakeAgent agent = router.agent("h1", roomForOne, new PortRange(20_000, 6_000, 10))) {
            String image = router.registerImage();
            assertThat(create(router, image).status()).isEqualTo(200);

            Answer second = create(router, image);

            assertThat(second.code()).isEqualTo("capacity.exhausted");
            assertThat(second.body().toString()).contains("1 host lacks disk");
            assertThat(router.get("/v1/hosts", router.token("operator", TokenRole.OPERATOR))
                            .body()
                            .getJsonArray("hosts")
                            .getJsonObject(0)
                            .getJsonObject("allocated")
                            .getInteger("diskGb"))
                    .as("10 of disk, 5 of volume, 2 of memory")
                    .isEqualTo(17);
            await().untilAsserted(() -> assertThat(agent.received()).isNotEmpty());
        }
    }

    private static Answer create(TestRouter router, String image) throws Exception {
        return router.post(
                "/createvm",
                router.token("ann"),
                Map.of(
                        "imageid",
                        image,
                        "loginusername",
                        "ann",
                        "loginpassword",
                        "correct-horse",
                        "vcpu",
                        "1",
                        "memory",
                        "2048"));
    }
}
