-- Certificates that hosts were given, for as long as they last: what a host that is removed, or joined again, is not to open any more.

create table host_certificate (
    -- members or links
    authority  text        not null,
    -- hexadecimal
    serial     text        not null,
    host_id    text        not null,
    -- of the certificate's key
    key_id     text        not null,
    ends_at    timestamptz not null,
    issued_at  timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (authority, serial)
);

create index host_certificate_host on host_certificate (host_id);

-- The number of the lists of those that are revoked: one row, another number with each change.
create table revocation (
    single boolean primary key default true check (single),
    number bigint not null
);

insert into revocation (number) values (1);
