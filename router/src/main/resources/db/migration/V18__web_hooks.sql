-- Where the ends of jobs of ZStack's image API are to be told; a row goes when that is done, or with its job.
create table image_api_hook (
    job      text        primary key references image_api_job (id) on delete cascade,
    url      text        not null,
    attempts int         not null default 0,
    next_at  timestamptz not null default now()
);
create index image_api_hook_due on image_api_hook (next_at);
