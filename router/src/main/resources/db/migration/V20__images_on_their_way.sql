-- The image store has the file of this image of a capsule, as far as a router has seen.
alter table image add column in_store boolean not null default false;
create index image_to_store on image (created_at)
    where share_operation is not null and sha256 is not null and not in_store and status in ('SHARE_PENDING', 'ACTIVE');

-- Of an image that a host could not fetch: since when, and why not the last time, also while it tries again.
alter table image_fetch
    add column failing_since timestamptz,
    add column last_failure  text;
update image_fetch set failing_since = now(), last_failure = failure where failure is not null;
alter table image_fetch
    add constraint image_fetch_failing check ((failing_since is null) = (last_failure is null));
