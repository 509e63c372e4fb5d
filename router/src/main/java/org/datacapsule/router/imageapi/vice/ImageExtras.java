package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.http.Parameters;

/**
 * What the registry says of an image besides what the catalogue knows; nothing here acts on it.
 *
 * @param contentType of the file that was announced
 * @param origin the environment it came from, as its owner described it; without credentials
 * @param reference what it is called there
 * @param specifics JSON of any kind
 */
record ImageExtras(
        Optional<String> contentType,
        Optional<JsonObject> origin,
        Optional<String> reference,
        Optional<String> specifics) {
    static final ImageExtras NONE =
            new ImageExtras(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    private static final List<String> IMAGE_TYPES = List.of("implicit", "declarative");
    private static final List<String> CONTENT_TYPES =
            List.of("disk-raw", "disk-qcow2", "disk-vmdk", "docker-file", "docker-image", "packerfile");
    private static final String DISK = "disk-";
    private static final int LONGEST = 255;

    /** Whatever can be said but is no disk is refused: nothing here would run it. */
    static ImageExtras of(Members members) {
        if (members.oneOf("imagetype", IMAGE_TYPES)
                .filter("declarative"::equals)
                .isPresent()) {
            throw Parameters.invalid("imagetype", "must be implicit: images here are disks, and nothing builds one");
        }
        Optional<String> contentType = members.oneOf("contenttype", CONTENT_TYPES);
        if (contentType.filter(type -> !type.startsWith(DISK)).isPresent()) {
            throw Parameters.invalid("contenttype", "must be disk-raw, disk-qcow2 or disk-vmdk: images here are disks");
        }
        return new ImageExtras(
                contentType,
                members.object("originEnvironment").map(ImageExtras::origin),
                members.text("environmentReference", LONGEST),
                members.anything("specifics"));
    }

    /** The format of the announced file, as the catalogue has it. */
    Optional<String> format() {
        return contentType.map(type -> type.substring(DISK.length()));
    }

    /** These, of a file that stays what it is. */
    ImageExtras of(Optional<String> sameContentType) {
        return new ImageExtras(sameContentType, origin, reference, specifics);
    }

    private static JsonObject origin(Members environment) {
        JsonObject kept = new JsonObject();
        Layer.management(environment).ifPresent(layer -> kept.put("managementlayer", layer.json()));
        for (String name : List.of("id", "title", "userid")) {
            environment.text(name, LONGEST).ifPresent(text -> kept.put(name, text));
        }
        Layer.runtime(environment).ifPresent(layer -> kept.put("runtimetechnology", layer.json()));
        return kept;
    }
}
