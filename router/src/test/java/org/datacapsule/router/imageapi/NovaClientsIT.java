package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.router.testing.ImageRows;
import org.datacapsule.router.testing.ImageRows.Sample;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.compute.Image;
import org.openstack4j.openstack.OSFactory;

/** Clients of Nova that others made, against a running router: each lists, shows, changes metadata and deletes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
// OpenStack deprecated the API that is tried here, and its clients with it.
@SuppressWarnings("deprecation")
class NovaClientsIT {
    private static final String SCRIPT = "src/test/resources/nova/openstacksdk.py";
    private static final String PYTHON = "/usr/bin/python3";

    private TestRouter router;
    private ImageRows rows;
    private String owner;
    private Sample one;
    private Sample two;
    private String foreign;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("image-apis.nova.enabled", "true"));
        rows = new ImageRows(router);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @BeforeEach
    void newImages() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        one = rows.insert(Sample.of(owner, false, "ACTIVE").named("one-" + owner));
        two = rows.insert(Sample.of(owner, false, "SHARE_PENDING").created("2020-01-01T00:00:00Z"));
        foreign = rows.insert("somebody", true, "ACTIVE");
    }

    @Test
    void openstacksdkWorks() throws Exception {
        assertThat(Path.of("/usr/lib/python3/dist-packages/openstack"))
                .as("python3-openstacksdk, which scripts/test installs")
                .exists();

        List<String> all = all();

        JsonObject saw = ProgramOutput.of(
                        List.of(
                                PYTHON,
                                SCRIPT,
                                router.uri().toString(),
                                router.token(owner),
                                one.id(),
                                one.name(),
                                foreign),
                        Map.of())
                .steps();

        assertThat(saw.getValue("list")).isEqualTo(new JsonArray(all));
        assertThat(saw.getValue("pages")).isEqualTo(new JsonArray(all));
        assertThat(saw.getValue("filter")).isEqualTo(new JsonArray(List.of(one.id())));
        assertThat(saw.getValue("get"))
                .isEqualTo(new JsonArray(List.of(one.id(), one.name(), "ACTIVE", 100, 1 << 20, new JsonObject())));
        assertThat(saw.getValue("find")).isEqualTo(one.id());
        assertThat(saw.getValue("set"))
                .isEqualTo(new JsonObject().put("purpose", "test").put("colour", "blue"));
        assertThat(saw.getValue("removed")).isEqualTo(new JsonObject().put("purpose", "test"));
        assertThat(saw.getValue("gone")).isEqualTo(true);
        assertThat(saw.getJsonArray("forbidden").getInteger(0)).isEqualTo(403);
        assertThat(saw.getJsonArray("forbidden").getString(1)).contains("is not yours");
        assertThat(rows.status(one.id())).isEqualTo("DELETE_PENDING");
        assertThat(rows.status(foreign)).isEqualTo("ACTIVE");
    }

    @Test
    void openstack4jWorks() throws Exception {
        String keystone = router.uri() + "/v3";
        OSClientV3 byToken = OSFactory.builderV3()
                .endpoint(keystone)
                .token(router.token(owner))
                .scopeToProject(Identifier.byId(owner))
                .authenticate();
        OSClientV3 byPassword = OSFactory.builderV3()
                .endpoint(keystone)
                .credentials(owner, router.token(owner), Identifier.byId("default"))
                .scopeToProject(Identifier.byId(owner))
                .authenticate();

        assertThat(byToken.compute().images().list().stream()
                        .map(Image::getId)
                        .sorted()
                        .toList())
                .isEqualTo(all());
        assertThat(byPassword.compute().images().list(false).stream()
                        .map(Image::getId)
                        .sorted()
                        .toList())
                .isEqualTo(all());
        Image shown = byToken.compute().images().get(one.id());
        assertThat(shown.getName()).isEqualTo(one.name());
        assertThat(shown.getStatus()).isEqualTo(Image.Status.ACTIVE);
        assertThat(shown.getProgress()).isEqualTo(100);
        assertThat(shown.getSize()).isEqualTo(1 << 20);
        assertThat(byToken.compute().images().get(two.id()).getStatus()).isEqualTo(Image.Status.SAVING);
        assertThat(byToken.compute().images().getMetaData(one.id())).isEmpty();
        assertThat(byToken.compute().images().delete(one.id()).isSuccess()).isTrue();
        assertThat(byToken.compute().images().get(one.id())).isNull();
        assertThat(byToken.compute().images().delete(foreign).getCode()).isEqualTo(403);
        assertThat(rows.status(one.id())).isEqualTo("DELETE_PENDING");
    }

    private List<String> all() throws Exception {
        String listed = router.sql("select string_agg(id::text, ' ' order by id::text collate \"C\") from image"
                + " where status in ('ACTIVE', 'SHARE_PENDING') and (is_public or owner = '" + owner + "')");
        return Arrays.asList(listed.split(" ", -1));
    }
}
