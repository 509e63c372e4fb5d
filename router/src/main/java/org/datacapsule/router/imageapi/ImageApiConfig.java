package org.datacapsule.router.imageapi;

import org.datacapsule.common.config.Settings;

/** Which of the other image APIs are served; none, unless it is asked for. */
public record ImageApiConfig(boolean nova, boolean zstack, boolean danube) {

    public static ImageApiConfig from(Settings settings) {
        return new ImageApiConfig(
                settings.flag(
                        "image-apis.nova.enabled",
                        "Whether OpenStack Nova's image API is served: /v2.1, /v2, and a small Keystone at /v3",
                        false),
                settings.flag("image-apis.zstack.enabled", "Whether ZStack's image API is served: /zstack/v1", false),
                settings.flag(
                        "image-apis.danube.enabled",
                        "Whether Danube Cloud's image API is served: /api/image and /api/accounts/login",
                        false));
    }
}
