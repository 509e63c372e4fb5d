package org.datacapsule.router.imageapi;

import java.util.ArrayList;
import java.util.List;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.imageapi.danube.DanubeDialect;
import org.datacapsule.router.imageapi.nova.NovaDialect;
import org.datacapsule.router.imageapi.zstack.ZstackDialect;

/** Wires the dialects that are switched on. */
public final class ImageApiParts {

    private ImageApiParts() {}

    public static List<Dialect> dialects(
            ImageApiConfig config, ImageDesk desk, IntakeParts intake, ImageSource manifests, Authenticator tokens) {
        List<Dialect> dialects = new ArrayList<>();
        if (config.nova()) {
            dialects.add(new NovaDialect(desk, tokens));
        }
        if (config.danube()) {
            dialects.add(new DanubeDialect(desk, intake, manifests, tokens));
        }
        if (config.zstack()) {
            dialects.add(new ZstackDialect(desk, intake.begin(), intake.show(), tokens));
        }
        return dialects;
    }
}
