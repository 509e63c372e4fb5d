package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that look wrong and must be taken as they are, to the letter. */
public final class OddInputs {
    private static final String VMID = "694d1e94-4b3e-486a-9241-24fae8b76270";
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@example.org";

    private final String user;
    private final String operator;
    private final List<OddInput> inputs = new ArrayList<>();

    private OddInputs(TestIssuer issuer) {
        this.user = issuer.bearer();
        this.operator = issuer.bearer("operator", "a-role-of-another-service");
    }

    public static List<OddInput> all(TestIssuer issuer) {
        OddInputs table = new OddInputs(issuer);
        table.texts();
        table.limits();
        table.names();
        table.shapes();
        table.bodies();
        return List.copyOf(table.inputs);
    }

    private void texts() {
        for (String text : List.of(
                "'; DROP TABLE capsule; --",
                "' OR '1'='1",
                "$(reboot)",
                "`id`",
                "a && b | c; d",
                "../../etc/passwd",
                "<script>alert('x')</script>",
                "${jndi:ldap://evil/a}",
                "%s%n%00",
                "100 % + 1 = 2",
                "\u00e9t\u00e9 \u6f22\u5b57 \ud83d\ude00",
                "\u05e2\u05d1\u05e8\u05d9\u05ea",
                "\\u0000 \\n",
                "\"quoted\"",
                "null",
                " spaces ",
                "=&=;",
                "{\"a\":1}")) {
            for (String field : List.of("title", "vmName", "desc_nature", "rr_result_usage")) {
                create(field + " is " + ShownValue.of(text), field, text, text);
                json(field + " in JSON is " + ShownValue.of(text), field, text);
            }
        }
        create("lines in a long text", "desc_links", "a\r\nb\n\tc\n", "a\r\nb\n\tc\n");
        create("password of metacharacters", "loginpassword", "'\";$(id)`|&<>\\", "'\";$(id)`|&<>\\");
    }

    private void limits() {
        create("longest title", "title", "\ud83d\ude00".repeat(512), "\ud83d\ude00".repeat(512));
        create("longest text", "desc_nature", "x".repeat(10_000), "x".repeat(10_000));
        create("longest login name", "loginusername", "_" + "x".repeat(31), "_" + "x".repeat(31));
        create("longest password", "loginpassword", "~".repeat(64), "~".repeat(64));
        create("most CPUs", "vcpu", "64", 64);
        create("leading zeros", "vcpu", "0002", 2);
        create("most memory", "memory", "1048576", 1_048_576);
        create(
                "upper-case UUID",
                "imageid",
                "FE9A028D-6682-4A13-92EF-E42F9CEC13FD",
                "FE9A028D-6682-4A13-92EF-E42F9CEC13FD");
        create("empty optional is absent, and type has a default", "type", "", "RESEARCH");
        create("a truth value", "consent", "false", false);
    }

    private void names() {
        for (String name : List.of("vmId", "VMID", "vmid", "VmId")) {
            launch("a parameter called " + name, RawRequest.form("POST", "/launchvm", user, Map.of(name, VMID)));
        }
        Map<String, String> aliases = RawRequest.createvm();
        aliases.put("vncusername", aliases.remove("loginusername"));
        aliases.put("vncpassword", aliases.remove("loginpassword"));
        inputs.add(new OddInput(
                "aliases",
                RawRequest.form("POST", "/createvm", user, aliases),
                "createvm",
                Map.of("loginusername", "dcuser", "loginpassword", "s3cret-Pass")));
        Map<String, String> unknown = new LinkedHashMap<>(Map.of("vmid", VMID, "x", "\0", "mode", "SECURE", "", "y"));
        launch("unknown parameters", RawRequest.form("POST", "/launchvm", user, unknown));
        launch(
                "twice the same",
                RawRequest.body(
                        "POST",
                        "/launchvm",
                        user,
                        "application/x-www-form-urlencoded",
                        "vmid=" + VMID + "&vmId=" + VMID));
        launch(
                "once empty",
                RawRequest.body(
                        "POST", "/launchvm", user, "application/x-www-form-urlencoded", "vmid=&vmId=" + VMID + "&&="));
    }

    private void shapes() {
        inputs.add(new OddInput(
                "a key with white space around it",
                RawRequest.form("POST", "/updateuserkey", user, Map.of("pubkey", "\n " + KEY + "\r\n")),
                "setUserKey",
                Map.of("pubkey", KEY)));
        inputs.add(new OddInput(
                "show without anything", RawRequest.form("POST", "/show", user, Map.of()), "show", Map.of()));
        inputs.add(new OddInput(
                "show by GET",
                RawRequest.get("/show?vmId=" + VMID + "&limit=5", user),
                "show",
                Map.of("vmid", VMID, "limit", 5)));
        inputs.add(new OddInput(
                "DELETE without a body",
                RawRequest.form("DELETE", "/updateuserkey", user, Map.of()),
                "deleteUserKey",
                Map.of()));
        inputs.add(new OddInput(
                "a user whose guid has odd characters",
                RawRequest.form("PUT", "/v1/users/a%2Fb%20%C3%A9+%27/quota", operator, Map.of("vcpus", "7")),
                "setQuota",
                Map.of("guid", "a/b \u00e9+'", "vcpus", 7)));
        inputs.add(new OddInput(
                "a large image",
                RawRequest.json(
                        "/v1/images",
                        operator,
                        "{\"imageName\":\"u\",\"sha256\":\"" + "e".repeat(64)
                                + "\",\"sizeBytes\":4398046511104,\"public\":true}"),
                "registerImage",
                Map.of("sizeBytes", 4_398_046_511_104L, "public", true)));
    }

    private void bodies() {
        launch("JSON", RawRequest.json("/launchvm", user, "{\"vmid\":\"" + VMID + "\"}"));
        launch(
                "JSON with lists that nobody asked for",
                RawRequest.json("/launchvm", user, "{\"x\":[[{}]],\"vmid\":\"" + VMID + "\",\"y\":{\"vmid\":1}}"));
        launch(
                "JSON by another case of its type",
                RawRequest.body(
                        "POST", "/launchvm", user, "Application/JSON; Charset=UTF-8", "{\"vmid\":\"" + VMID + "\"}"));
        launch(
                "multipart",
                RawRequest.body(
                        "POST",
                        "/launchvm",
                        user,
                        "multipart/form-data; boundary=\"XX\"",
                        "--XX\r\nContent-Disposition: form-data; name=\"vmId\"\r\n\r\n" + VMID + "\r\n--XX--\r\n"));
        String longText = "\u00e9".repeat(10_000);
        StringBuilder parts = new StringBuilder();
        RawRequest.createvm("desc_nature", longText)
                .forEach((name, value) -> parts.append(
                        "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"));
        inputs.add(new OddInput(
                "a long text in multipart",
                RawRequest.body("POST", "/createvm", user, "multipart/form-data; boundary=XX", parts + "--XX--\r\n"),
                "createvm",
                Map.of("desc_nature", longText, "vcpu", 2)));
        launch(
                "raw UTF-8 in a form",
                RawRequest.body("POST", "/launchvm", user, "application/x-www-form-urlencoded", "")
                        .withBody(("x=\u00e9&vmid=" + VMID).getBytes(StandardCharsets.UTF_8)));
        launch(
                "a body just small enough",
                RawRequest.body(
                        "POST",
                        "/launchvm",
                        user,
                        "application/x-www-form-urlencoded",
                        "vmid=" + VMID + "&x=" + "x".repeat(256 * 1024 - 44)));
        json("a number as 2.0", "vcpu", 2, "2.0");
        json("a number as text", "vcpu", 2, "\"2\"");
        json("null is absent", "type", "RESEARCH", "null");
    }

    private void create(String name, String field, String value, Object seen) {
        inputs.add(new OddInput(
                name,
                RawRequest.form("POST", "/createvm", user, RawRequest.createvm(field, value)),
                "createvm",
                Map.of(field, seen)));
    }

    private void json(String name, String field, String text) {
        json(name, field, text, new JsonArray().add(text).encode().replaceAll("^\\[|]$", ""));
    }

    private void json(String name, String field, Object seen, String literal) {
        JsonObject body = new JsonObject();
        RawRequest.createvm().forEach(body::put);
        body.remove(field);
        String text = body.encode();
        inputs.add(new OddInput(
                name,
                RawRequest.json(
                        "/createvm",
                        user,
                        text.substring(0, text.length() - 1) + ",\"" + field + "\":" + literal + "}"),
                "createvm",
                Map.of(field, seen)));
    }

    private void launch(String name, RawRequest request) {
        inputs.add(new OddInput(name, request, "launchvm", Map.of("vmid", VMID)));
    }
}
