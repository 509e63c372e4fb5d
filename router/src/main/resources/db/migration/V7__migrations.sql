-- Capsules on their way from one host to another. A migration is an operation whose commands go to two hosts in turn; this is
-- what the operation's row does not say. Until the flip the capsule's home is the source, which is in the capsule's row.

create table migration (
    operation_id  uuid primary key references operation (id),
    capsule_id    uuid        not null references capsule (id),
    source_host   text        not null references host (id),
    target_host   text        not null references host (id),
    target_ssh    integer     not null,
    target_vnc    integer     not null,
    -- the capsule's once it lives on the target
    generation    bigint      not null,
    live          boolean     not null,
    bandwidth_mb  integer     not null default 0 check (bandwidth_mb >= 0),
    phase         text        not null
        check (phase in ('RECEIVE', 'SEND_AWAY', 'TAKE_OVER', 'STAY', 'LOOK_AT_SOURCE', 'LOOK_AT_TARGET')),
    -- the operation's attempt at which the phase began
    phase_attempt integer     not null default 1,
    landing       text,
    departure     text,
    result        text check (result in ('MOVED', 'TAKEN_BACK', 'UNKNOWN', 'CANCELLED')),
    total_ms      bigint,
    downtime_ms   bigint,
    created_at    timestamptz not null default now(),
    finished_at   timestamptz
);
create unique index migration_under_way on migration (capsule_id) where finished_at is null;
create index migration_to on migration (target_host) where finished_at is null;
create index migration_age on migration (created_at);

-- Hosts that still have something of a capsule whose home is elsewhere, until they say that they have not.
create table eviction (
    id         uuid primary key,
    capsule_id uuid        not null references capsule (id),
    host_id    text        not null references host (id) on delete cascade,
    -- what may be removed: this and everything older
    generation bigint      not null,
    sequence   bigint      not null,
    attempt    integer     not null default 1,
    request_id text        not null,
    created_at timestamptz not null default now(),
    due_at     timestamptz not null default now(),
    unique (capsule_id, host_id)
);
create index eviction_due on eviction (due_at);
