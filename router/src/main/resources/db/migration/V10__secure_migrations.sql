-- A guest in secure mode moves too: its files go ahead of it, as do those of every capsule that moves.

alter table migration drop constraint migration_phase_check;
alter table migration add constraint migration_phase_check check (phase in
    ('RECEIVE', 'SEND_FILES', 'MAKE_READY', 'SEND_AWAY', 'TAKE_OVER', 'STAY', 'LOOK_AT_SOURCE', 'LOOK_AT_TARGET'));
-- of one that is live: the mode its guest is in
alter table migration add column secure boolean not null default false;

-- What went with it stays readable: those that have ended need it no longer, and those under way have no release channel.
update migration set landing = null, departure = null where finished_at is not null;
update migration set landing = (landing::jsonb || '{"releaseSocket": ""}'::jsonb)::text where landing is not null;
