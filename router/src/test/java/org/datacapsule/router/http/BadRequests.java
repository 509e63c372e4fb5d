package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests that are wrong as requests: verbs, paths, content types, encodings, sizes, roles. */
public final class BadRequests {
    private static final String VMID = "694d1e94-4b3e-486a-9241-24fae8b76270";
    private static final String MALFORMED = "request.malformed";

    private final String user;
    private final List<BadInput> inputs = new ArrayList<>();

    private BadRequests(TestIssuer issuer) {
        this.user = issuer.bearer();
    }

    public static List<BadInput> all(TestIssuer issuer) {
        BadRequests table = new BadRequests(issuer);
        table.paths();
        table.json();
        table.forms();
        table.multipart();
        table.contentTypes();
        table.sizes();
        table.roles();
        table.idempotencyKeys();
        return List.copyOf(table.inputs);
    }

    private void paths() {
        verb("GET", "/createvm");
        verb("PUT", "/launchvm");
        verb("DELETE", "/deletevm");
        verb("PATCH", "/show");
        verb("OPTIONS", "/stopvm");
        verb("POST", "/listvms");
        verb("PUT", "/updatevm");
        verb("POST", "/v1/operations/" + VMID);
        verb("DELETE", "/v1/images");
        verb("POST", "/health/live");
        for (String path : List.of(
                "/",
                "/nothing",
                "/createvm/extra",
                "/CREATEVM",
                "/../etc/passwd",
                "/v1",
                "/v1/operations",
                "/.git/config",
                "/%2e%2e/%2e%2e/etc/passwd")) {
            inputs.add(BadInput.of("no path " + path, RawRequest.get(path, user), 404, "request.not-found"));
        }
        refused("a broken escape in a path", RawRequest.get("/v1/operations/%zz", user));
        refused("a broken escape in a query", RawRequest.get("/show?vmid=%zz", user));
        refused("bytes that are no UTF-8 in a query", RawRequest.get("/show?vmid=%ff%fe", user));
    }

    private void json() {
        for (String body : List.of(
                "{",
                "{\"vmid\"",
                "{\"vmid\":}",
                "{vmid:1}",
                "{'vmid':'x'}",
                "[]",
                "\"text\"",
                "7",
                "null",
                "true",
                "{}x",
                "{} {}",
                "{\"vmid\":\"x\",}",
                "\u0000",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":\"\n\"}")) {
            refused("JSON " + ShownValue.of(body), RawRequest.json("/launchvm", user, body));
        }
        refused("deep JSON", RawRequest.json("/launchvm", user, "{\"x\":" + "[".repeat(100_000)));
        refused(
                "deep JSON that closes",
                RawRequest.json("/launchvm", user, "{\"x\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}"));
        refused(
                "deep objects",
                RawRequest.json("/launchvm", user, "{\"x\":".repeat(20_000) + "1" + "}".repeat(20_000)));
        refused(
                "a number of 20000 digits",
                RawRequest.json("/launchvm", user, "{\"vmid\":" + "9".repeat(20_000) + "}"));
        RawRequest json = RawRequest.json("/launchvm", user, "");
        refused("JSON that is no UTF-8", json.withBody("{\"vmid\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)));
        refused("JSON in UTF-16", json.withBody("{}".getBytes(StandardCharsets.UTF_16)));
    }

    private void forms() {
        RawRequest form = RawRequest.form("POST", "/launchvm", user, Map.of());
        for (String body :
                List.of("vmid=%", "vmid=%4", "vmid=%zz", "%zz=1", "vmid=%c3%28", "vmid=%ed%a0%80", "vmid=%+1")) {
            refused("form " + body, form.withBody(body.getBytes(StandardCharsets.US_ASCII)));
        }
        refused("raw bytes in a form", form.withBody(new byte[] {'v', 'm', 'i', 'd', '=', (byte) 0xff, (byte) 0xfe}));
    }

    private void multipart() {
        String type = "multipart/form-data; boundary=XX";
        String file =
                "--XX\r\nContent-Disposition: form-data; name=\"vmid\"; filename=\"a.txt\"\r\n\r\nx\r\n--XX--\r\n";
        refused("a file", RawRequest.body("POST", "/launchvm", user, type, file));
        refused(
                "multipart that ends early",
                RawRequest.body(
                        "POST", "/launchvm", user, type, "--XX\r\nContent-Disposition: form-data; name=\"vmid\"\r\n"));
        refused("multipart that is none", RawRequest.body("POST", "/launchvm", user, type, "vmid=" + VMID));
        refused(
                "multipart without a boundary",
                RawRequest.body("POST", "/launchvm", user, "multipart/form-data", file));
    }

    private void contentTypes() {
        for (String type : List.of(
                "text/plain",
                "application/xml",
                "application/jsonp",
                "application/x-yaml",
                "multipart/mixed",
                "application/x-www-form-urlencoded; charset=iso-8859-1",
                "application/json; charset=utf-16",
                "nonsense",
                "*/*")) {
            RawRequest request = RawRequest.body("POST", "/launchvm", user, type, "vmid=" + VMID);
            inputs.add(BadInput.of("content type " + type, request, 415, "request.unsupported-media-type"));
        }
        RawRequest none =
                new RawRequest("POST", "/launchvm", List.of("Authorization: " + user), Buffer.buffer("vmid=" + VMID));
        inputs.add(BadInput.of("no content type", none, 415, "request.unsupported-media-type"));
    }

    private void sizes() {
        String large = "vmid=" + VMID + "&x=" + "x".repeat(256 * 1024);
        inputs.add(BadInput.of(
                "a body too large",
                RawRequest.body("POST", "/launchvm", user, "application/x-www-form-urlencoded", large),
                413,
                "request.too-large"));
        String chunked = Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n";
        inputs.add(BadInput.of(
                "a body too large in chunks",
                RawRequest.body("POST", "/launchvm", user, "application/json", chunked)
                        .withHeaders("Transfer-Encoding: chunked"),
                413,
                "request.too-large"));
        refused("a header too long", RawRequest.get("/show", user).withHeaders("X-Filler: " + "x".repeat(20_000)));
        refused("a request line too long", RawRequest.get("/show?x=" + "x".repeat(10_000), user));
    }

    private void roles() {
        inputs.add(BadInput.of("listvms", RawRequest.get("/listvms", user), 400, "capsule.permission-denied"));
        forbidden("hosts", RawRequest.get("/v1/hosts", user));
        forbidden("quota", RawRequest.get("/v1/users/" + TestIssuer.GUID + "/quota", user));
        forbidden(
                "own quota",
                RawRequest.form("PUT", "/v1/users/" + TestIssuer.GUID + "/quota", user, Map.of("vcpus", "999")));
        forbidden(
                "image",
                RawRequest.form("POST", "/v1/images", user, Map.of("imageName", "u", "sha256", "e".repeat(64))));
        forbidden("recover", RawRequest.form("POST", "/v1/capsules/" + VMID + "/recover", user, Map.of()));
    }

    private void idempotencyKeys() {
        RawRequest launch = RawRequest.form("POST", "/launchvm", user, Map.of("vmid", VMID));
        key("long", launch.withHeaders("Idempotency-Key: " + "k".repeat(256)));
        key("empty", launch.withHeaders("Idempotency-Key:"));
        key("not ASCII", launch.withHeaders("Idempotency-Key: \u00e9"));
        key("twice", launch.withHeaders("Idempotency-Key: a", "Idempotency-Key: b"));
    }

    private void key(String name, RawRequest request) {
        inputs.add(new BadInput(
                "idempotency key " + name, request, 400, "request.invalid", Optional.of("Idempotency-Key")));
    }

    private void verb(String method, String path) {
        RawRequest request = new RawRequest(method, path, List.of("Authorization: " + user), Buffer.buffer());
        inputs.add(BadInput.of(method + " " + path, request, 405, "request.method-not-allowed"));
    }

    private void forbidden(String name, RawRequest request) {
        inputs.add(BadInput.of("role: " + name, request, 403, "auth.forbidden"));
    }

    private void refused(String name, RawRequest request) {
        inputs.add(BadInput.of(name, request, 400, MALFORMED));
    }
}
