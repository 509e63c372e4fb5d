-- What clients of the Nova image API keep beside an image: keys and values of their own.
create table image_metadata (
    image_id uuid not null references image (id) on delete cascade,
    key      text not null check (length(key) between 1 and 255),
    value    text not null check (length(value) <= 255),
    primary key (image_id, key)
);

-- What Danube Cloud's image API says of an image besides what the catalogue knows.
create table image_danube (
    image_id uuid    primary key references image (id) on delete cascade,
    alias    text    not null,
    version  text    not null,
    resize   boolean not null,
    deploy   boolean not null,
    tags     text[]  not null,
    dc_bound boolean not null
);

-- What an image was when its deletion was requested: only one that could be used is taken back.
alter table image add column deleted_from text;

-- Calls of ZStack's image API, for those who made them to ask how they ended; an import's end is its own row's to say.
create table image_api_job (
    id         text        primary key check (id ~ '^[0-9a-f]{32}$'),
    owner      text        not null,
    status     int         not null,
    body       text        not null,
    import_id  uuid,
    created_at timestamptz not null default now()
);
create index image_api_job_age on image_api_job (created_at);
