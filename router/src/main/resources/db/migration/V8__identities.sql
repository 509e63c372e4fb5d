-- Who a host is: what it proves itself with, and how it came to have that. A host that was removed keeps its row in "host", for
-- capsules that were deleted and migrations that are over name it; what it has no more is a row here.

create table host_identity (
    host_id         text primary key,
    -- in its certificate; what others reach it by
    addresses       text[]      not null,
    -- base64 of its X.509 form
    public_key      text        not null,
    key_id          text        not null,
    ends_at         timestamptz not null,
    issued_at       timestamptz not null default now(),
    -- of a renewal, until the host is heard of with it
    next_public_key text,
    next_key_id     text,
    next_ends_at    timestamptz,
    -- when its newest heartbeat was sent, by its own clock: an older one is not taken again
    beat_at         timestamptz
);

create table join_token (
    id         text primary key,
    host_id    text        not null,
    addresses  text[]      not null,
    -- sealed
    secret     bytea       not null,
    created_by text        not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz,
    -- of the key it was used for, and what was answered: the same again, for this key only
    key_id     text,
    enrolment  text
);

alter table host add column removed_at timestamptz;
alter table host add column labels text[] not null default '{}';
