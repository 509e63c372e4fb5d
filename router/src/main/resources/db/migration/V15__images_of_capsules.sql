-- An image made of a capsule's disk: by which operation, and until when it must have got on.
alter table image
    add column share_operation uuid unique,
    add column pending_until   timestamptz,
    -- The router that brings its file to the image store, for a while.
    add column store_claim     uuid,
    add column store_claim_until timestamptz,
    add constraint image_made_of_capsule check (share_operation is null or source_capsule is not null);
create index image_pending on image (pending_until) where status = 'SHARE_PENDING' and pending_until is not null;
