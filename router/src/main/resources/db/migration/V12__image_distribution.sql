-- Where other hosts may fetch the images of this one; none: nowhere.
alter table host
    add column image_door_address text,
    add column image_door_port    integer,
    add constraint host_image_door check ((image_door_address is null) = (image_door_port is null));

alter table image
    -- Why it is in ERROR.
    add column error        text,
    -- It is deleted, and its content is not in the image store any more.
    add column content_gone boolean not null default false;
create index image_content on image (sha256);

-- Images that hosts are fetching, or were to fetch and have not.
create table image_fetch (
    host_id     text   not null references host (id) on delete cascade,
    sha256      text   not null,
    done_bytes  bigint not null,
    total_bytes bigint not null,
    failure     text,       -- none: it is on its way
    primary key (host_id, sha256)
);

-- Who found that what a host, or the image store (''), has under an image's name is something else.
create table image_fault (
    sha256   text        not null,
    source   text        not null,
    found_by text        not null references host (id) on delete cascade,
    found_at timestamptz not null default now(),
    primary key (sha256, source, found_by)
);
