-- tenancy: the access that a portal gives the provider's support: to read, for a reason, until an instant.
--
--   Without a grant the provider's staff sees a portal's money and settings, never what its people and customers said. With
--   one, a member of staff is the actor 'support:<grant id>', who may read what the grant's scopes name and
--   nothing else; tenancy.allows() answers for it as for everybody. Every look is kept before anything is shown.
set local role whatsappb24_owner;

create table tenancy.support_grant (
  portal_id uuid not null references tenancy.portal,
  grant_id uuid not null,
  reason text not null check (length(reason) between 1 and 500),
  scopes text[] not null default array[
    'channel.view', 'conversation.read.all', 'conversation.read.own', 'log.view.meta', 'log.view.payload', 'template.view'],
  granted_by text not null,
  granted_at timestamptz not null,
  ends_at timestamptz not null,
  ended_by text,
  ended_at timestamptz,
  primary key (portal_id, grant_id),
  check (ends_at > granted_at and ends_at <= granted_at + interval '30 days'),
  check ((ended_at is null) = (ended_by is null))
);
comment on table tenancy.support_grant is
  'Access of the provider''s support to a portal: why, what it may (scopes: rows of tenancy.permission, to read only), given by which of its users, until when at most (30 days), and by whom it was ended before. Rows stay: looks name them.';

create table tenancy.support_look (
  portal_id uuid not null,
  look_id uuid not null,
  grant_id uuid not null,
  staff_id uuid not null references tenancy.staff,
  looked_at timestamptz not null,
  kind text not null check (kind in ('messages', 'message', 'timeline')),
  subject text check (length(subject) <= 200),
  primary key (portal_id, look_id),
  foreign key (portal_id, grant_id) references tenancy.support_grant
);
create index support_look_grant on tenancy.support_look (portal_id, grant_id, look_id);
create index support_look_staff on tenancy.support_look (staff_id);
comment on table tenancy.support_look is
  'Every look of the provider''s support at a portal: who, under which grant, at what (kind), and what he asked for (subject: an id or what he searched; null: the list).';
