package org.datacapsule.router.testing;

import java.util.List;
import java.util.UUID;

/** Images put into the catalogue as rows, in whatever state a test needs. */
public record ImageRows(TestRouter router) {

    /** An image with everything a test may want to see again. */
    public record Sample(String id, String name, String owner, boolean open, String status, long size, String created) {

        public static Sample of(String owner, boolean open, String status) {
            String id = UUID.randomUUID().toString();
            return new Sample(id, "name-" + id, owner, open, status, 1 << 20, "2011-01-01T01:02:03Z");
        }

        public Sample named(String other) {
            return new Sample(id, other, owner, open, status, size, created);
        }

        public Sample created(String time) {
            return new Sample(id, name, owner, open, status, size, time);
        }
    }

    public Sample insert(Sample image) throws Exception {
        router.change(
                false,
                List.of(
                        "insert into users (guid) values ('" + image.owner() + "') on conflict do nothing",
                        """
                        insert into image (id, name, description, is_public, owner, status, sha256, size_bytes, created_at,
                                           updated_at)
                        values ('%s', '%s', 'as it was', %b, '%s', '%s', '%s', %d, '%s', '%s')
                        """.formatted(
                                        image.id(),
                                        image.name(),
                                        image.open(),
                                        image.owner(),
                                        image.status(),
                                        TestRouter.IMAGE.hex(),
                                        image.size(),
                                        image.created(),
                                        image.created())));
        return image;
    }

    public String insert(String owner, boolean open, String status) throws Exception {
        return insert(Sample.of(owner, open, status)).id();
    }

    public String status(String id) throws Exception {
        return router.sql("select status from image where id = '" + id + "'");
    }
}
