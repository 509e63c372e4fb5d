-- Snapshots of capsules' disks. They lie in the disks' own files; a row is there from before a host can take one.
alter table file_lineage
    drop constraint file_lineage_kind_check,
    drop constraint file_lineage_check4,
    drop constraint nothing_tainted_gets_out,
    add constraint file_lineage_kind
        check (kind in ('IMAGE', 'DISK', 'SNAPSHOT', 'SECURE_VOLUME', 'SECURE_OVERLAY', 'MEMORY')),
    add constraint file_lineage_clean_kinds check (tainted or kind in ('IMAGE', 'DISK', 'SNAPSHOT')),
    -- Whatever a program thinks: nothing tainted is ever an image, a snapshot, nor a disk that one could be made of.
    add constraint nothing_tainted_gets_out check (not tainted or kind not in ('IMAGE', 'DISK', 'SNAPSHOT'));

create table snapshot (
    id          uuid        primary key,
    capsule_id  uuid        not null references capsule (id),
    name        text        not null,
    description text        not null,
    status      text        not null check (status in ('CREATE_PENDING', 'AVAILABLE', 'DELETE_PENDING', 'ERROR')),
    -- about what a file takes that has its content; not known until it is taken
    bytes       bigint,
    error       text,
    -- the newest about it
    operation   uuid        not null,
    lineage     bigint      not null references file_lineage (id),
    created_by  text        not null,
    created_at  timestamptz not null default now(),
    unique (capsule_id, name),
    check ((status = 'ERROR') = (error is not null)),
    check (status <> 'AVAILABLE' or bytes is not null)
);
create index snapshot_operation on snapshot (operation);
