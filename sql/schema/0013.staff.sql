-- tenancy: the provider's own staff, how they come in, and the keys of third parties.
--
--   Somebody of the staff is added by name and e-mail address; nobody becomes staff by himself. He comes in with a
--   one-time link (15 minutes, once) or through the provider's OpenID Connect, and gets a session: 12 hours at most,
--   an hour without a request. A role says what he may do; tenancy.enter_staff() alone answers that.
--   A third party comes in with a key of one portal: named, limited to scopes, expiring, revocable; it is an actor
--   'key:<id>' like a user, and tenancy.allows() answers for it.
--   Links, sessions and keys are known by the sha-256 of their secret only.
set local role whatsappb24_owner;

create table tenancy.staff_role (
  role text primary key
);
comment on table tenancy.staff_role is 'Roles that the provider''s staff play.';
insert into tenancy.staff_role values ('owner'), ('billing'), ('support');

create table tenancy.staff_permission (
  permission text primary key
);
comment on table tenancy.staff_permission is 'What the provider''s staff may be allowed; a route of /staff/v1 names one of these.';
insert into tenancy.staff_permission values
  ('customers.view'), ('customers.edit'), ('tariffs.manage'), ('plans.manage'), ('money.view'), ('money.adjust'),
  ('money.approve'), ('payments.refund'), ('payments.repair'), ('issuer.manage'), ('staff.manage'), ('incidents.view');

create table tenancy.staff_role_permission (
  role text not null references tenancy.staff_role,
  permission text not null references tenancy.staff_permission,
  primary key (role, permission)
);
create index staff_role_permission_permission on tenancy.staff_role_permission (permission);
comment on table tenancy.staff_role_permission is 'Which role of the staff may do what; tenancy.enter_staff() reads nothing else.';
insert into tenancy.staff_role_permission (role, permission)
select 'owner', permission from tenancy.staff_permission
union all
select 'billing', unnest(array['customers.view', 'customers.edit', 'tariffs.manage', 'plans.manage', 'money.view', 'money.adjust', 'money.approve',
                              'payments.refund', 'payments.repair'])
union all
select 'support', unnest(array['customers.view', 'money.view', 'incidents.view']);

create table tenancy.staff (
  staff_id uuid primary key,
  email text not null unique check (email = lower(email) and email ~ '^[^\s@]+@[^\s@]+$' and length(email) <= 254),
  name text not null check (length(name) between 1 and 100),
  language text not null check (language in ('es', 'en', 'pt')),
  role text not null references tenancy.staff_role,
  state text not null default 'active' check (state in ('active', 'disabled')),
  oidc_issuer text,
  oidc_subject text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((oidc_issuer is null) = (oidc_subject is null)),
  unique (oidc_issuer, oidc_subject)
);
create index staff_role_fk on tenancy.staff (role);
comment on table tenancy.staff is
  'A person of the provider''s staff. oidc_issuer, oidc_subject: his identity at the OpenID provider, bound when he first came in that way. Rows stay: audit rows name them.';

create table tenancy.staff_link (
  link_digest bytea primary key,
  staff_id uuid not null references tenancy.staff,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index staff_link_staff on tenancy.staff_link (staff_id);
comment on table tenancy.staff_link is 'A one-time link: the digest of its secret, for whom, until when, and whether it was used. A newer one replaces it.';

create table tenancy.staff_session (
  session_digest bytea primary key,
  staff_id uuid not null references tenancy.staff,
  begun_by text not null check (begun_by in ('link', 'oidc')),
  begun_at timestamptz not null,
  seen_at timestamptz not null,
  ends_at timestamptz not null
);
create index staff_session_staff on tenancy.staff_session (staff_id);
create index staff_session_ends_at on tenancy.staff_session (ends_at);
comment on table tenancy.staff_session is
  'A session of the staff: ends at ends_at, or an hour after seen_at (kept to the minute). A session that is ended is deleted; tenancy.staff_change keeps that it was.';

create table tenancy.staff_change (
  change_id uuid primary key,
  staff_id uuid not null references tenancy.staff,
  event text not null check (event in ('added', 'changed', 'invited', 'entered', 'left', 'bound')),
  actor text not null,
  before jsonb not null default '{}',
  after jsonb not null default '{}',
  changed_at timestamptz not null
);
create index staff_change_staff on tenancy.staff_change (staff_id, changed_at);
comment on table tenancy.staff_change is
  'Everything that happened to a person of the staff: by whom (a staff id, or cli), and the fields before and after.';

-- Third parties ------------------------------------------------------------------------------------------------

create table tenancy.api_key (
  portal_id uuid not null references tenancy.portal,
  key_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  hint text not null check (length(hint) between 4 and 20),
  scopes text[] not null check (cardinality(scopes) between 1 and 50),
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_by text,
  revoked_at timestamptz,
  primary key (portal_id, key_id),
  check ((revoked_at is null) = (revoked_by is null))
);
comment on table tenancy.api_key is
  'A third party''s key to one portal: its name, how its secret begins (hint), what it may do (scopes: rows of tenancy.permission), until when, and when it was last used (to the minute).';

create table tenancy.api_key_route (
  secret_digest bytea primary key,
  portal_id uuid not null,
  key_id uuid not null,
  foreign key (portal_id, key_id) references tenancy.api_key
);
create index api_key_route_key on tenancy.api_key_route (portal_id, key_id);
comment on table tenancy.api_key_route is 'Directory: sha-256 of a key''s secret to the key.';
