-- The truth of what should be. Ports and guest addresses are rows that a capsule holds, so that a free one is found by a
-- partial index and a double use is impossible; quota and capacity in use are always sums over capsules.

create table users (
    guid              text primary key,
    email             text,
    user_name         text,
    ssh_key           text,
    tou               boolean     not null default false,
    -- null: the cluster's default
    quota_vcpus       integer check (quota_vcpus >= 0),
    quota_memory_mb   integer check (quota_memory_mb >= 0),
    quota_disk_gb     integer check (quota_disk_gb >= 0),
    created_at        timestamptz not null default now()
);

create table host (
    id            text primary key,
    incarnation   uuid        not null,
    version       text        not null,
    address       text        not null,
    acceleration  text        not null,
    cpus          integer     not null,
    memory_mb     integer     not null,
    disk_gb       integer     not null,
    ssh_first     integer     not null,
    vnc_first     integer     not null,
    port_count    integer     not null,
    guest_network text        not null,
    enabled       boolean     not null default true,
    registered_at timestamptz not null default now(),
    last_seen     timestamptz not null default now(),
    lease_until   timestamptz not null
);

create table image (
    id               uuid primary key,
    name             text        not null,
    description      text        not null default '',
    is_public        boolean     not null,
    owner            text        not null references users (guid),
    status           text        not null
        check (status in ('SHARE_PENDING', 'ACTIVE', 'DELETE_PENDING', 'DELETED', 'ERROR')),
    sha256           text        not null,
    size_bytes       bigint,
    login_user_name  text,
    source_capsule   uuid,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now()
);
create unique index image_name on image (name) where status <> 'DELETED';

create table host_image (
    host_id text not null references host (id) on delete cascade,
    sha256  text not null,
    primary key (host_id, sha256)
);

create table capsule (
    id                uuid primary key,
    name              text        not null,
    type              text        not null check (type in ('DEMO', 'RESEARCH', 'RESEARCH-FULL')),
    state             text        not null,
    mode              text        not null check (mode in ('MAINTENANCE', 'SECURE', 'NOT_DEFINED')),
    vcpus             integer     not null check (vcpus > 0),
    memory_mb         integer     not null check (memory_mb > 0),
    disk_gb           integer     not null check (disk_gb > 0),
    image_id          uuid        not null references image (id),
    host_id           text        not null references host (id),
    ssh_port          integer     not null,
    vnc_port          integer     not null,
    guest_slot        integer     not null,
    -- raised whenever the capsule's home may change; fences agents
    generation        bigint      not null default 1,
    -- of the newest operation; orders the commands an agent sees
    sequence          bigint      not null default 0,
    login_user_name   text        not null,
    -- sealed; null once the capsule is deleted
    login_secret      bytea,
    consent           boolean,
    -- null: not asked for, false: asked for, true: granted
    full_access       boolean,
    title             text,
    desc_nature       text,
    desc_requirement  text,
    desc_links        text,
    desc_outside_data text,
    desc_shared       text,
    rr_data_files     text,
    rr_result_usage   text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    deleted_at        timestamptz
);
create index capsule_on_host on capsule (host_id) where state <> 'DELETED';
create index capsule_page on capsule (created_at, id) where state <> 'DELETED';

create table member (
    capsule_id  uuid        not null references capsule (id),
    user_guid   text        not null references users (guid),
    role        text        not null check (role in ('OWNER-CONTROLLER', 'OWNER', 'CONTROLLER', 'SHAREE')),
    -- null on a capsule without full access; false: to be decided
    full_access boolean,
    tou         boolean     not null,
    since       timestamptz not null default now(),
    primary key (capsule_id, user_guid)
);
create index member_user on member (user_guid);
create unique index member_one_owner on member (capsule_id) where role in ('OWNER-CONTROLLER', 'OWNER');
create unique index member_one_controller on member (capsule_id) where role in ('OWNER-CONTROLLER', 'CONTROLLER');

create table host_port (
    host_id    text    not null references host (id) on delete cascade,
    ssh_port   integer not null,
    vnc_port   integer not null,
    capsule_id uuid references capsule (id) deferrable initially deferred,
    primary key (host_id, ssh_port),
    unique (host_id, vnc_port)
);
create index host_port_free on host_port (host_id, ssh_port) where capsule_id is null;
create unique index host_port_of_capsule on host_port (capsule_id, host_id) where capsule_id is not null;

create table guest_slot (
    slot       integer primary key,
    capsule_id uuid unique references capsule (id) deferrable initially deferred
);
create index guest_slot_free on guest_slot (slot) where capsule_id is null;

create table operation (
    id           uuid primary key,
    capsule_id   uuid        not null references capsule (id),
    kind         text        not null,
    state        text        not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    sequence     bigint      not null,
    generation   bigint      not null,
    host_id      text        not null references host (id),
    attempt      integer     not null default 1,
    requested_by text        not null,
    request_id   text        not null,
    progress     integer     not null default 0 check (progress between 0 and 100),
    step         text,
    error_code   text,
    error_detail text,
    created_at   timestamptz not null default now(),
    finished_at  timestamptz,
    deadline     timestamptz not null,
    -- when a router is to look at it again; claiming it moves this on, which is the claim's lease
    due_at       timestamptz not null default now(),
    unique (capsule_id, sequence)
);
create unique index operation_one_at_work on operation (capsule_id) where state in ('QUEUED', 'RUNNING');
create index operation_due on operation (due_at) where state in ('QUEUED', 'RUNNING');
create index operation_on_host on operation (host_id) where state in ('QUEUED', 'RUNNING');

create table idempotency (
    user_guid   text        not null,
    key         text        not null,
    fingerprint text        not null,
    -- null while the first request is in its transaction
    status      integer,
    body        text,
    created_at  timestamptz not null default now(),
    primary key (user_guid, key)
);
create index idempotency_age on idempotency (created_at);

create table audit (
    id             bigint generated always as identity primary key,
    at             timestamptz not null default clock_timestamp(),
    user_guid      text        not null,
    email          text,
    client_address text        not null,
    request_id     text        not null,
    action         text        not null,
    capsule_id     uuid,
    operation_id   uuid,
    outcome        text        not null,
    detail         text
);
create index audit_capsule on audit (capsule_id, id);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end
$$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();
