-- Every disk file there is or was: made from which other, and exposed to which. Written when a file may come to be.
create table file_lineage (
    id          bigint      generated always as identity primary key,
    kind        text        not null check (kind in ('IMAGE', 'DISK', 'SECURE_VOLUME', 'SECURE_OVERLAY', 'MEMORY')),
    capsule_id  uuid        references capsule (id),
    image_id    uuid        unique references image (id) on delete cascade,
    made_from   bigint      references file_lineage (id),
    -- the secure volume of which a guest could write something into it
    exposed_to  bigint      references file_lineage (id),
    exposed_at  timestamptz,
    -- of secure mode itself, or made from what is
    tainted     boolean     not null,
    made_at     timestamptz not null default now(),
    gone_at     timestamptz,
    check ((kind = 'IMAGE') = (image_id is not null)),
    check ((kind = 'IMAGE') = (capsule_id is null)),
    check ((exposed_to is null) = (exposed_at is null)),
    check (tainted or exposed_to is null),
    check (tainted or kind in ('IMAGE', 'DISK')),
    -- Whatever a program thinks: nothing tainted is ever an image, nor a disk that one could be made of.
    constraint nothing_tainted_gets_out check (not tainted or kind not in ('IMAGE', 'DISK'))
);
create index file_lineage_capsule on file_lineage (capsule_id) where capsule_id is not null;
create index file_lineage_made_from on file_lineage (made_from) where made_from is not null;

-- What there was before.
insert into file_lineage (kind, image_id, tainted, made_at, gone_at)
    select 'IMAGE', id, false, created_at, case when status = 'DELETED' then updated_at end from image order by created_at;
insert into file_lineage (kind, capsule_id, made_from, tainted, made_at)
    select 'DISK', c.id, l.id, false, c.created_at from capsule c join file_lineage l on l.image_id = c.image_id
    where c.state <> 'DELETED' order by c.created_at;
insert into file_lineage (kind, capsule_id, tainted, made_at)
    select 'SECURE_VOLUME', id, true, created_at from capsule where secure_volume_key is not null and state <> 'DELETED';
insert into file_lineage (kind, capsule_id, made_from, exposed_to, exposed_at, tainted)
    select k.kind, c.id, d.id, case when k.kind = 'SECURE_OVERLAY' then v.id end,
           case when k.kind = 'SECURE_OVERLAY' then now() end, true
    from capsule c
    join file_lineage d on d.capsule_id = c.id and d.kind = 'DISK'
    join file_lineage v on v.capsule_id = c.id and v.kind = 'SECURE_VOLUME'
    cross join (values ('SECURE_OVERLAY'), ('MEMORY')) as k(kind)
    where c.mode = 'SECURE' or c.state = 'SWITCH_TO_SECURE_PENDING';
