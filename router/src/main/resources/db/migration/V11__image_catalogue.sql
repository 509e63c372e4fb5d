-- An image whose content is still being made has no checksum yet.
alter table image alter column sha256 drop not null;
alter table image add constraint image_has_content
    check (sha256 is not null or status in ('SHARE_PENDING', 'ERROR', 'DELETE_PENDING', 'DELETED'));
create index image_owner on image (owner);

-- Where a host keeps its images, as it says.
alter table host add column image_directory text;

create index capsule_being_made on capsule (image_id) where state = 'CREATE_PENDING';

-- The night whose expunge was begun last, so that one router does it.
create table image_expunge (
    only_row   boolean primary key default true check (only_row),
    last_night date not null
);
insert into image_expunge (last_night) values ('-infinity');
