-- tenancy: what the portal says of its company (departments, open lines), and who changed whose role.
--
--   Bitrix24 owns departments and lines: what stands here is a copy (tenancy.keep_directory); what it no longer names is marked,
--   never deleted. Roles are ours: tenancy.membership, a row a setting, each change kept in tenancy.membership_change.
set local role whatsappb24_owner;

create table tenancy.department (
  portal_id uuid not null references tenancy.portal,
  department_id text not null check (department_id ~ '^[0-9]{1,18}$'),
  name text not null,
  parent_id text,
  seen_at timestamptz not null,
  vanished_at timestamptz,
  primary key (portal_id, department_id)
);
comment on table tenancy.department is 'The departments of a portal''s company, as a tree (parent_id); vanished_at: since when the portal no longer names it.';

create table tenancy.department_chain (
  portal_id uuid not null,
  user_id text not null,
  own_id text not null,
  depth smallint not null check (depth between 0 and 50),
  department_id text not null,
  primary key (portal_id, user_id, own_id, depth),
  foreign key (portal_id, user_id) references tenancy.portal_user
);
comment on table tenancy.department_chain is
  'For each department that a user is in (own_id) the way up to the company''s head: depth 0 is the department itself. Made anew by tenancy.keep_directory(), so that a permission costs a look-up and no walk.';

create table tenancy.portal_line (
  portal_id uuid not null references tenancy.portal,
  line_id text not null check (line_id ~ '^[0-9]{1,18}$'),
  name text not null,
  is_active boolean not null,
  operators text[] not null,
  seen_at timestamptz not null,
  vanished_at timestamptz,
  primary key (portal_id, line_id)
);
comment on table tenancy.portal_line is 'The open lines of a portal and the users in the queue of each.';

create table tenancy.directory_reading (
  portal_id uuid not null references tenancy.portal,
  read_at timestamptz,
  actor text,
  failure text,
  succeeded_at timestamptz,
  counts jsonb not null default '{}',
  due_at timestamptz not null,
  failures int not null default 0,
  primary key (portal_id)
);
comment on table tenancy.directory_reading is
  'The last time that a portal''s directory was read: when and for whom, what failed (null: nothing), when it last succeeded, and how many of each were named: {people, departments, lines}; when it is to be read again, and how often it failed since.';
create index directory_reading_due on tenancy.directory_reading (due_at);

create table tenancy.membership_change (
  portal_id uuid not null references tenancy.portal,
  change_id uuid not null,
  changed_at timestamptz not null,
  actor text not null,
  user_id text,
  department_id text,
  channel_id uuid,
  before jsonb,
  after jsonb,
  primary key (portal_id, change_id)
);
comment on table tenancy.membership_change is
  'Every change of a role: who changed it, whose it is (a user''s or a department''s), on which channel (null: all), {role, receives_new_clients} before and after; null: no setting.';
