-- Results that guests ask to have released (docs/decisions/0014-results.md).

-- Everybody who was ever on a capsule: none of them reviews its results. By trigger, so that no way onto it is missed.
create table member_ever (
    capsule_id uuid not null references capsule (id),
    user_guid  text not null references users (guid),
    primary key (capsule_id, user_guid)
);
insert into member_ever (capsule_id, user_guid) select capsule_id, user_guid from member;
create function member_was_added() returns trigger language plpgsql as $$
begin
    insert into member_ever (capsule_id, user_guid) values (new.capsule_id, new.user_guid) on conflict do nothing;
    return null;
end
$$;
create trigger member_added after insert on member for each row execute function member_was_added();

-- What has not arrived whole yet; any router takes any chunk.
create table result_upload (
    id            uuid primary key,
    capsule_id    uuid        not null references capsule (id),
    host_id       text        not null,
    generation    bigint      not null,
    bytes         bigint      not null check (bytes > 0),
    sha256        text        not null,
    asked_at      timestamptz not null,
    -- chunks lie without gaps from 0 to here
    received      bigint      not null default 0 check (received between 0 and bytes),
    -- how often all bytes were there and their checksum was not right
    mismatches    integer     not null default 0,
    touched_at    timestamptz not null default now(),
    -- the lease of the router that brings it into the release store
    storing_until timestamptz
);
create index result_upload_age on result_upload (touched_at);

create table result_chunk (
    upload_id uuid   not null references result_upload (id) on delete cascade,
    position  bigint not null,
    content   bytea  not null,
    primary key (upload_id, position)
);
-- Mostly compressed already, and read once.
alter table result_chunk alter column content set storage external;

create table result (
    id                 uuid primary key,
    capsule_id         uuid        not null references capsule (id),
    bytes              bigint      not null,
    sha256             text        not null,
    asked_at           timestamptz not null,
    created_at         timestamptz not null default now(),
    status             text        not null check (status in ('PENDING', 'RELEASED', 'REJECTED', 'REVOKED')),
    -- what is in the archive: path, bytes, kind, type
    files              jsonb       not null,
    decided_at         timestamptz,
    -- null: the service itself
    reviewer           text references users (guid),
    comment            text,
    -- the row stays, the archive does not
    content_deleted_at timestamptz,
    check ((status = 'PENDING') = (decided_at is null))
);
create index result_of_capsule on result (capsule_id, created_at);
create index result_page on result (created_at, id);
create index result_kept on result (decided_at) where content_deleted_at is null;

-- Seen by nobody but who cast it, until they are enough.
create table result_vote (
    result_id uuid        not null references result (id),
    reviewer  text        not null references users (guid),
    comment   text,
    cast_at   timestamptz not null default now(),
    primary key (result_id, reviewer)
);

create table result_link (
    -- SHA-256 of the token in the link
    token_hash bytea primary key,
    result_id  uuid        not null references result (id),
    user_guid  text        not null references users (guid),
    expires_at timestamptz not null
);
create index result_link_of_user on result_link (result_id, user_guid, expires_at);
create index result_link_age on result_link (expires_at);

-- Reviewing a result is no use of its capsule, so it does not keep one alive.
create or replace function audit_row_was_added() returns trigger language plpgsql as $$
begin
    insert into audit_unchained (audit_id) values (new.id);
    if new.capsule_id is not null and new.outcome in ('ACCEPTED', 'DONE') and new.user_guid not like 'system:%'
            and new.action <> 'updateresult' then
        update capsule set last_active_at = now() where id = new.capsule_id;
    end if;
    return null;
end
$$;
