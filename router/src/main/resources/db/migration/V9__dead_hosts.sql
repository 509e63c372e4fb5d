-- Hosts that died: what was noticed, fences, capsules that were given another home, and what disagreed with the rows.

alter table host
    add column up_since timestamptz not null default now(),
    -- since when nobody has heard of it, once its capsules' owners were told; null while it is up, or has only just gone
    add column unreachable_since timestamptz,
    add column storage_pool text,
    -- of the newest fence; 0: there was none
    add column fence_epoch bigint not null default 0 check (fence_epoch >= 0),
    -- FENCING: its fence command runs, or nobody knows how it ended. FENCED: it counts as off until it has been readmitted
    add column fence_state text check (fence_state in ('FENCING', 'FENCED')),
    add column fenced_at timestamptz,
    add constraint fenced_since check (fence_state is distinct from 'FENCED' or fenced_at is not null);
create index host_silent on host (lease_until) where unreachable_since is null;

create table fence (
    host_id      text        not null references host (id) on delete cascade,
    epoch        bigint      not null check (epoch > 0),
    how          text        not null check (how in ('COMMAND', 'STATEMENT')),
    requested_by text        not null,
    started_at   timestamptz not null default now(),
    -- past this, without a result, nobody will learn it any more
    due_at       timestamptz not null,
    finished_at  timestamptz,
    result       text check (result in ('FENCED', 'FAILED', 'UNKNOWN')),
    exit_code    integer,
    output       text,
    readmitted_at timestamptz,
    primary key (host_id, epoch)
);

-- The operation that gives a capsule of a host that is gone another home.
create table evacuation (
    operation_id uuid primary key references operation (id),
    capsule_id   uuid        not null references capsule (id),
    from_host    text        not null,
    -- ADOPTED: its files are taken out of the storage both hosts share. ANEW: its disk is made from its image again
    disk         text        not null check (disk in ('ADOPTED', 'ANEW')),
    created_at   timestamptz not null default now()
);
create index evacuation_of_capsule on evacuation (capsule_id, created_at);

-- What a host has to do with what it has of a capsule that lives elsewhere.
alter table eviction
    add column work text not null default 'REMOVE' check (work in ('REMOVE', 'SET_ASIDE', 'DISCARD')),
    -- of DISCARD: the generation it was set aside under
    add column set_aside bigint,
    add constraint discard_says_what check ((work = 'DISCARD') = (set_aside is not null));
alter table eviction drop constraint eviction_capsule_id_host_id_key;
create unique index eviction_of_capsule on eviction (capsule_id, host_id) where work <> 'DISCARD';
create unique index eviction_of_kept on eviction (capsule_id, host_id, set_aside) where work = 'DISCARD';

-- Until then a pair is not given out: a program that is none of ours listens on one of its ports.
alter table host_port add column blocked_until timestamptz;

-- Disagreements of rows and hosts. Rows outlive the host and the capsule they tell of.
create table drift (
    id         bigint generated always as identity primary key,
    kind       text        not null,
    host_id    text        not null,
    capsule_id uuid,
    -- what it is about, within its kind and host
    subject    text        not null,
    seen       text        not null,
    done       text,
    first_seen timestamptz not null default now(),
    last_seen  timestamptz not null default now(),
    settled_at timestamptz
);
create unique index drift_open on drift (host_id, kind, subject) where settled_at is null;
create index drift_of_capsule on drift (capsule_id, id);
create index drift_age on drift (settled_at) where settled_at is not null;
