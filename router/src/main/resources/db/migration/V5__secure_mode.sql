-- A capsule's secure volume: its key is made at the first launch, sealed, and gone with the capsule; its size is the one
-- configured at that moment.
alter table capsule
    add column secure_volume_key bytea,
    add column secure_volume_mb integer check (secure_volume_mb > 0),
    add constraint secure_volume_has_its_size check (secure_volume_key is null or secure_volume_mb is not null);

-- The key a host signs mode receipts with, as it said last; without an id it is none.
alter table host
    add column receipt_key text,
    add column receipt_key_id text;

-- Every key a host ever had: what it signed stays verifiable when the host has another key, or is gone.
create table host_receipt_key (
    host_id    text        not null,
    key_id     text        not null,
    public_key text        not null,
    first_seen timestamptz not null default now(),
    primary key (host_id, key_id)
);

-- What hosts testified of changes of mode, as they signed it (docs/decisions/0013-what-a-receipt-proves.md). Rows outlive
-- their capsule, whose own row stays too.
create table mode_receipt (
    number       bigint generated always as identity primary key,
    capsule_id   uuid        not null references capsule (id),
    operation_id uuid        not null unique references operation (id),
    host_id      text        not null,
    key_id       text        not null,
    receipt      text        not null,
    signature    text        not null,
    mode         text        not null check (mode in ('MAINTENANCE', 'SECURE', 'NOT_DEFINED')),
    policy       text,
    verified_at  timestamptz not null,
    recorded_at  timestamptz not null default now(),
    foreign key (host_id, key_id) references host_receipt_key (host_id, key_id)
);
create index mode_receipt_of_capsule on mode_receipt (capsule_id, number);

create function evidence_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'receipts and their keys are append-only';
end
$$;
create trigger mode_receipt_append_only before update or delete or truncate on mode_receipt
    for each statement execute function evidence_is_append_only();
create trigger host_receipt_key_append_only before update or delete or truncate on host_receipt_key
    for each statement execute function evidence_is_append_only();
