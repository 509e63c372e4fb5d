-- Files on their way to be images: uploads, and imports from a URL. The image has the same id.
create table image_intake (
    id            uuid primary key,
    name          text        not null,
    owner         text        not null references users (guid),
    source        text,       -- none: an upload
    validator     text,       -- what the source said the file is, so that its rest can be asked for
    format        text        check (format in ('qcow2', 'raw', 'vmdk')),
    size_bytes    bigint      check (size_bytes > 0),
    sha256        text,
    received      bigint      not null default 0,
    state         text        not null check (state in ('RECEIVING', 'CHECKING', 'DONE', 'FAILED')),
    error         text,
    claim         uuid,       -- the work that goes on, in one router
    claimed_until timestamptz,
    attempts      integer     not null default 0,
    next_at       timestamptz not null default now(),
    expires_at    timestamptz not null,
    created_at    timestamptz not null default now(),
    ended_at      timestamptz,
    check ((error is not null) = (state = 'FAILED')),
    check ((ended_at is not null) = (state in ('DONE', 'FAILED')))
);
create index image_intake_open on image_intake (next_at) where state in ('RECEIVING', 'CHECKING');
create index image_intake_ended on image_intake (ended_at) where ended_at is not null;

-- How many images a user may own; none: the cluster's default.
alter table users add column quota_images integer;
