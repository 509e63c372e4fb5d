-- The audit log's chain. A row of audit commits with its command; a single writer gives it its place and hash shortly
-- after, in audit_chain. What waits for that stands in audit_unchained (docs/decisions/0009-audit-chain.md).

create table audit_chain (
    position bigint primary key check (position > 0),
    audit_id bigint not null unique references audit (id),
    previous bytea  not null,
    hash     bytea  not null
);
create trigger audit_chain_append_only before update or delete or truncate on audit_chain
    for each statement execute function audit_is_append_only();

-- The end of the chain once more, so that a chain cut short at its end does not look whole.
create table audit_head (
    only_row boolean primary key default true check (only_row),
    position bigint not null,
    hash     bytea  not null
);
insert into audit_head (position, hash) values (0, sha256('datacapsule audit chain 1'));

create table audit_unchained (
    audit_id bigint primary key references audit (id)
);
insert into audit_unchained (audit_id) select id from audit;

create index audit_user on audit (user_guid, id);
create index audit_at on audit (at);

-- A capsule's expiry (docs/decisions/0010-expiry.md).
alter table capsule
    add column expiry_stage text not null default 'ACTIVE' check (expiry_stage in ('ACTIVE', 'WARNED', 'STOPPED')),
    add column expiry_stage_since timestamptz not null default now(),
    -- where a DEMO capsule's life began, or began anew
    add column life_began_at timestamptz not null default now(),
    add column extensions integer not null default 0,
    -- the last command on it that was accepted from a person
    add column last_active_at timestamptz not null default now(),
    -- when the sweep is to look at it; at most a day ahead, so that a changed configuration takes effect
    add column expiry_due_at timestamptz not null default now() + interval '1 hour';
update capsule set life_began_at = created_at;
create index capsule_expiry_due on capsule (expiry_due_at) where state <> 'DELETED';

-- Whoever writes an audit row, it is chained, and an accepted command counts as use of its capsule: by trigger, so that
-- no command can forget it.
create function audit_row_was_added() returns trigger language plpgsql as $$
begin
    insert into audit_unchained (audit_id) values (new.id);
    if new.capsule_id is not null and new.outcome in ('ACCEPTED', 'DONE') and new.user_guid not like 'system:%' then
        update capsule set last_active_at = now() where id = new.capsule_id;
    end if;
    return null;
end
$$;
create trigger audit_row_added after insert on audit for each row execute function audit_row_was_added();

-- Events get their position, which is what readers go by, once they are committed (docs/decisions/0011-events.md).
create sequence event_position;
create table event (
    id         bigint generated always as identity primary key,
    position   bigint unique,
    at         timestamptz not null default now(),
    capsule_id uuid        not null references capsule (id),
    kind       text        not null,
    detail     jsonb       not null
);
create index event_unpublished on event (id) where position is null;
create index event_of_capsule on event (capsule_id, position);
create index event_at on event (at);

-- Mail to send: written with what it tells of, sent afterwards, at least once.
create table mail (
    id          uuid primary key default gen_random_uuid(),
    recipient   text        not null,
    subject     text        not null,
    body        text        not null,
    created_at  timestamptz not null default now(),
    due_at      timestamptz not null default now(),
    attempts    integer     not null default 0,
    last_error  text,
    sent_at     timestamptz,
    given_up_at timestamptz
);
create index mail_due on mail (due_at) where sent_at is null and given_up_at is null;
