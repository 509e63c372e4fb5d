package org.datacapsule.router.imageapi;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.image.source.Origin;

/**
 * Which of the other image APIs are served; none, unless it is asked for.
 *
 * @param vice below which path, where it is served
 * @param webHooks where ZStack's clients may have the ends of their jobs told
 * @param accounts whether people make themselves accounts with a password
 */
public record ImageApiConfig(
        boolean nova, boolean zstack, List<Origin> webHooks, boolean danube, Optional<String> vice, boolean accounts) {
    private static final String VICE = "/vice/v1";
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)+");
    /** Where the capsule API has paths of its own. */
    private static final Pattern OURS = Pattern.compile("/(v1|docs|health)(/.*)?");

    public ImageApiConfig {
        webHooks = List.copyOf(webHooks);
    }

    /** @param development whether this is a developer's machine */
    public static ImageApiConfig from(Settings settings, boolean development) {
        return new ImageApiConfig(
                settings.flag(
                        "image-apis.nova.enabled",
                        "Whether OpenStack Nova's image API is served: /v2.1, /v2, and a small Keystone at /v3",
                        false),
                settings.flag("image-apis.zstack.enabled", "Whether ZStack's image API is served: /zstack/v1", false),
                settings.parsed(
                        "image-apis.zstack.web-hook-origins",
                        "Where its clients may have the ends of their jobs told (X-Web-Hook), such as"
                                + " https://hooks.example.org, by the rules of images.import-origins. None: nowhere",
                        "",
                        Origin::parseAll),
                settings.flag(
                        "image-apis.danube.enabled",
                        "Whether Danube Cloud's image API is served: /api/image and /api/accounts/login",
                        false),
                vice(settings),
                accounts(settings, development));
    }

    private static Optional<String> vice(Settings settings) {
        boolean isServed =
                settings.flag("image-apis.vice.enabled", "Whether the ViCE image registry's API is served", false);
        String path =
                settings.parsed("image-apis.vice.path", "Below which path it is served", VICE, ImageApiConfig::path);
        return isServed ? Optional.of(path) : Optional.empty();
    }

    private static String path(String text) {
        if (!PATH.matcher(text).matches() || OURS.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a path such as /vice/v1 is expected, and not one of the capsule API's own, such as /v1");
        }
        return text;
    }

    private static boolean accounts(Settings settings, boolean development) {
        boolean isWanted = settings.flag(
                "image-apis.accounts",
                "Whether anybody makes an account with a password (POST /vice/v1/user) and signs in with it where clients of"
                        + " the other image APIs do; only where development is true, and then unless it is set to false",
                development);
        if (isWanted && !development) {
            settings.reject("image-apis.accounts is true, and development is not: accounts that strangers make for"
                    + " themselves are for developers' machines; others take tokens of their identity provider");
        }
        return isWanted;
    }
}
