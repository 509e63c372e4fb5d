-- Operations beside a capsule's life: pushing keys into a guest carries the sequence the capsule has, waits for no other
-- operation and keeps none waiting, so what holds for "the one operation at work" does not hold for it.

alter table operation drop constraint operation_capsule_id_sequence_key;
create unique index operation_sequence on operation (capsule_id, sequence) where kind <> 'SYNC_KEYS';

drop index operation_one_at_work;
create unique index operation_one_at_work on operation (capsule_id)
    where state in ('QUEUED', 'RUNNING') and kind <> 'SYNC_KEYS';

-- Key pushes of one capsule go one after the other in this order, so that older keys never follow newer ones.
alter table operation add column number bigint generated always as identity;
create unique index operation_side_at_work on operation (capsule_id, number)
    where state in ('QUEUED', 'RUNNING') and kind = 'SYNC_KEYS';

-- Somebody lost access with this push.
alter table operation add column end_sessions boolean not null default false;
