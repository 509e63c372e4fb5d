-- Accounts with a password, which people made themselves; there are none but on developers' machines.
create table account (
    guid       text        primary key,
    user_name  text        not null,
    email      text,
    full_name  text,
    salt       text        not null,
    iterations int         not null,
    hash       text        not null,   -- PBKDF2 of the password's SHA-512
    created_at timestamptz not null default now()
);
create unique index account_user_name on account (lower(user_name));

-- What clients of the ViCE registry say of an image besides what the catalogue knows.
create table vice_image (
    image_id     uuid primary key references image (id) on delete cascade,
    content_type text,      -- of the file that was announced
    origin       text,      -- JSON, without credentials
    reference    text,
    specifics    text       -- JSON
);

-- Execution environments that people described; this cluster is one too, and has no row.
create table vice_environment (
    id          uuid        primary key,
    owner       text        not null references users (guid),
    title       text,
    runtime     text,       -- JSON
    management  text,       -- JSON
    credentials bytea,      -- sealed, and never given out
    created_at  timestamptz not null default now()
);
create index vice_environment_owner on vice_environment (owner);

-- Images that were deployed to this cluster; one goes with its image.
create table vice_deployment (
    id         uuid        primary key,
    owner      text        not null references users (guid),
    image_id   uuid        not null references image (id) on delete cascade,
    title      text,
    reference  text,
    created_at timestamptz not null default now()
);
create index vice_deployment_owner on vice_deployment (owner);
create index vice_deployment_image on vice_deployment (image_id);
