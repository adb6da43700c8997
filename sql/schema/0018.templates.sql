-- messaging: templates, the texts that WhatsApp approved beforehand and that may begin a conversation.
--
--   Gupshup owns them: what stands here is a copy, brought up to date when a channel is connected, when Gupshup tells of a
--   change, and every few hours (messaging.template_task). A person's wish to create, edit or delete one is a task too:
--   it is checked here first (messaging.template_faults), carried out by the worker, and ends in a synchronization.
set local role whatsappb24_owner;

create table messaging.template (
  portal_id uuid not null,
  template_id uuid not null,
  channel_id uuid not null,
  provider_id text,
  name text not null check (length(name) between 1 and 180),
  language text not null check (length(language) between 1 and 20),
  category text not null,
  type text not null,
  status text not null,
  quality text,
  reason text,
  header text,
  body text not null,
  footer text,
  buttons jsonb not null default '[]' check (jsonb_typeof(buttons) = 'array'),
  samples jsonb not null default '{}',
  next_category text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  synced_at timestamptz,
  primary key (portal_id, template_id),
  unique (portal_id, channel_id, name, language),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table messaging.template is
  'A template of a channel as Gupshup shows it. status in lower case: submitting (not at Gupshup yet), refused (Gupshup did not take it), gone (no longer there), else Gupshup''s own; only approved is sent. category in lower case. samples: the text and header with example values, media_url. next_category: what Meta announced that it will become.';
create index template_provider on messaging.template (portal_id, channel_id, provider_id);

create table messaging.template_change (
  portal_id uuid not null,
  change_id uuid not null,
  template_id uuid not null,
  what text not null check (what in ('status', 'category', 'quality', 'next_category')),
  before text,
  after text,
  reason text,
  source text not null check (source in ('sync', 'event', 'panel')),
  at timestamptz not null,
  primary key (portal_id, change_id),
  foreign key (portal_id, template_id) references messaging.template
);
comment on table messaging.template_change is 'What became of a template, in order: status, category, quality and announced category.';
create index template_change_template on messaging.template_change (portal_id, template_id, change_id);

create table messaging.template_task (
  portal_id uuid not null,
  task_id uuid not null,
  channel_id uuid not null,
  template_id uuid,
  kind text not null check (kind in ('sync', 'create', 'edit', 'delete')),
  draft jsonb not null default '{}',
  actor text,
  created_at timestamptz not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  token bigint not null default 0,
  tries int not null default 0,
  began_at timestamptz,
  ended_at timestamptz,
  failure jsonb,
  primary key (portal_id, task_id),
  check ((kind = 'sync') = (template_id is null)),
  foreign key (portal_id, channel_id) references tenancy.channel,
  foreign key (portal_id, template_id) references messaging.template
) with (fillfactor = 70);
comment on table messaging.template_task is
  'What is to be done at Gupshup: one row sync a channel, due again and again, and a row for each wish of a person (ended: ended_at; failed: failure {code, message}).';
create unique index template_task_sync on messaging.template_task (portal_id, channel_id) where kind = 'sync';
create index template_task_due on messaging.template_task (due_at) where due_at < 'infinity';
create index template_task_channel on messaging.template_task (portal_id, channel_id);
create index template_task_template on messaging.template_task (portal_id, template_id, task_id);

-- Ten calls a minute and application (gupshup.md §2.5).
insert into messaging.rate (bucket, tier, per_second, burst) values
  ('templates', 'standard', 0.16, 10),
  ('templates', 'enterprise', 0.16, 10);
