-- tenancy: customers, their portals by Bitrix24's member_id, their tokens and users, channels, permissions.
set local role whatsappb24_owner;

create table tenancy.customer (
  customer_id uuid primary key,
  legal_name text check (length(legal_name) between 1 and 200),
  trade_name text not null check (length(trade_name) between 1 and 200),
  tax_id_type text check (tax_id_type in ('RFC', 'NIT', 'CUIT', 'RUC', 'RUT', 'CNPJ', 'CPF')),
  tax_id text check (length(tax_id) between 5 and 20),
  country text check (country ~ '^[A-Z]{2}$'),
  billing_address jsonb not null default '{}',
  contacts jsonb not null default '[]',
  language text not null default 'es' check (language in ('es', 'en', 'pt')),
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  state text not null default 'active' check (state in ('active', 'closed')),
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((tax_id_type is null) = (tax_id is null))
);
comment on table tenancy.customer is
  'Who buys from us: one company, the owner of one or several portals. billing_address: {street, city, region, postal_code, country}; contacts: [{name, email, phone, purpose}]. Its currency is that of its prices.';

create table tenancy.customer_change (
  customer_id uuid not null references tenancy.customer,
  change_id uuid not null,
  changed_at timestamptz not null,
  actor text not null,
  via_portal_id uuid,
  before jsonb not null,
  after jsonb not null,
  primary key (customer_id, change_id)
);
comment on table tenancy.customer_change is
  'Every change of a customer''s data: who (a portal''s user, with the portal he came from, or staff), and the fields before and after.';

create table tenancy.portal (
  portal_id uuid primary key,
  member_id text not null unique check (member_id ~ '^[0-9A-Za-z]{4,64}$'),
  customer_id uuid references tenancy.customer,
  domain text not null,
  client_endpoint text not null,
  server_endpoint text not null,
  application_token_digest bytea,
  state text not null default 'installing'
    check (state in ('installing', 'installed', 'needs_reauth', 'suspended', 'uninstalled')),
  state_reason text,
  tier text not null default 'standard' check (tier in ('standard', 'enterprise')),
  scope text not null default '',
  language text not null default 'es' check (language in ('es', 'en', 'pt')),
  time_zone text not null default 'UTC',
  connector text not null,
  connector_name text check (length(connector_name) between 1 and 100),
  notify text[] not null default '{}',
  repair_at timestamptz not null,
  repair_token bigint not null default 0,
  repair_lease_until timestamptz,
  repair_failures int not null default 0,
  repaired_at timestamptz,
  repair_report jsonb not null default '{}',
  read_until text,
  installed_at timestamptz,
  uninstalled_at timestamptz,
  erase_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
comment on table tenancy.portal is
  'A customer''s Bitrix24, keyed by member_id because its domain can change. customer_id: who owns it, known from the installation on. connector_name: what the portal calls our connector (null: the application''s name); notify: the users who hear of channels in trouble. repair_at: when the reconciler compares it with the desired state next, repair_lease_until: one does until then; read_until: up to which portal message its history was read.';
create index portal_customer on tenancy.portal (customer_id);
create index portal_repair_at on tenancy.portal (repair_at) where state in ('installing', 'installed');

create table tenancy.portal_token (
  portal_id uuid not null references tenancy.portal,
  user_id text not null check (user_id ~ '^[0-9]{1,18}$'),
  access_sealed bytea not null,
  refresh_sealed bytea not null,
  expires_at timestamptz not null,
  is_admin boolean not null default false,
  is_system boolean not null default false,
  version bigint not null default 1,
  lease_token bigint not null default 0,
  leased_until timestamptz,
  broken_at timestamptz,
  broken_reason text,
  updated_at timestamptz not null,
  primary key (portal_id, user_id)
);
comment on table tenancy.portal_token is
  'OAuth tokens per portal and user, sealed before they reach SQL. version grows with each refresh; a refresh is leased to one caller (tenancy.lease_refresh).';

create table tenancy.portal_user (
  portal_id uuid not null references tenancy.portal,
  user_id text not null check (user_id ~ '^[0-9]{1,18}$'),
  name text not null default '',
  is_admin boolean not null default false,
  is_active boolean not null default true,
  position text,
  departments text[] not null default '{}',
  seen_at timestamptz not null,
  listed_at timestamptz,
  vanished_at timestamptz,
  primary key (portal_id, user_id)
);
comment on table tenancy.portal_user is
  'What we know of a portal''s users; user_id is Bitrix24''s. listed_at: when the portal''s list of employees named him last; vanished_at: since when it no longer does.';

create table tenancy.heartbeat (
  process text primary key,
  beat_at timestamptz not null
);
comment on table tenancy.heartbeat is
  'Which API processes live. After a silence of all, events of portals may have been missed (tenancy.beat).';

-- Channels: one state machine, and each state names its one next action --------------------------------------

create table tenancy.channel_state (
  state text primary key,
  next_action text not null,
  who_acts text not null check (who_acts in ('nobody', 'administrator', 'provider')),
  sends boolean not null,
  receives boolean not null
);
comment on table tenancy.channel_state is
  'The states of a channel: the one next action and who takes it; whether messages leave to WhatsApp (sends) and are handed to the portal (receives). What arrives is stored in every state but removed.';
insert into tenancy.channel_state (state, next_action, who_acts, sends, receives) values
  ('draft',        'connect',         'administrator', false, false),
  ('connecting',   'wait',            'nobody',        false, false),
  ('active',       'write',           'nobody',        true,  true),
  ('attention',    'repair',          'administrator', false, true),
  ('suspended',    'top_up_or_renew', 'administrator', false, false),
  ('paused',       'unpause',         'administrator', false, false),
  ('disconnected', 'connect',         'administrator', false, false),
  ('removed',      'none',            'nobody',        false, false);

create table tenancy.channel_transition (
  from_state text not null references tenancy.channel_state (state),
  event text not null,
  to_state text not null references tenancy.channel_state (state),
  primary key (from_state, event)
);
comment on table tenancy.channel_transition is 'The published state machine of a channel; what is not listed is refused (WB409 channel_state).';
insert into tenancy.channel_transition (from_state, event, to_state) values
  ('draft', 'connect', 'connecting'),
  ('draft', 'remove', 'removed'),
  ('connecting', 'connected', 'active'),
  ('connecting', 'problem', 'attention'),
  ('connecting', 'disconnect', 'disconnected'),
  ('connecting', 'suspend', 'suspended'),
  ('active', 'problem', 'attention'),
  ('active', 'pause', 'paused'),
  ('active', 'suspend', 'suspended'),
  ('active', 'disconnect', 'disconnected'),
  ('attention', 'connect', 'connecting'),
  ('attention', 'connected', 'active'),
  ('attention', 'problem', 'attention'),
  ('attention', 'pause', 'paused'),
  ('attention', 'suspend', 'suspended'),
  ('attention', 'disconnect', 'disconnected'),
  ('paused', 'unpause', 'connecting'),
  ('paused', 'suspend', 'suspended'),
  ('paused', 'disconnect', 'disconnected'),
  ('suspended', 'resume', 'connecting'),
  ('suspended', 'disconnect', 'disconnected'),
  ('disconnected', 'connect', 'connecting'),
  ('disconnected', 'remove', 'removed');
create index channel_transition_to_state on tenancy.channel_transition (to_state);

create table tenancy.channel (
  portal_id uuid not null references tenancy.portal,
  channel_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  state text not null default 'draft' references tenancy.channel_state (state),
  state_reason text,
  state_at timestamptz not null,
  connector text not null,
  line_id text not null check (line_id ~ '^[0-9]{1,18}$'),
  phone text not null check (phone ~ '^[0-9]{5,20}$'),
  app_id text not null,
  app_name text not null,
  key_sealed bytea not null,
  secrets_sealed bytea not null,
  tick_at text not null default 'sent' check (tick_at in ('submitted', 'sent', 'delivered')),
  check_at timestamptz not null default 'infinity',
  check_token bigint not null default 0,
  check_lease_until timestamptz,
  check_failures int not null default 0,
  checked_at timestamptz,
  check_report jsonb not null default '{}',
  told_state text check (told_state = 'attention'),
  created_by text,
  created_at timestamptz not null,
  primary key (portal_id, channel_id)
);
comment on table tenancy.channel is
  'One WhatsApp number (a Gupshup app) on one open line. key_sealed: the app''s key; secrets_sealed: route and header secret of its webhook, needed to set the subscription again. tick_at: the rung at which the operator''s message counts as delivered in the portal. check_at: when the worker compares the outside with the desired state next, check_lease_until: one does until then. told_state: attention while the portal''s people were told of a trouble and not yet of its end.';
create unique index channel_line on tenancy.channel (portal_id, connector, line_id) where state not in ('disconnected', 'removed');
create unique index channel_phone on tenancy.channel (portal_id, phone) where state not in ('disconnected', 'removed');
create index channel_state_fk on tenancy.channel (state);
create index channel_check_at on tenancy.channel (check_at) where check_at < 'infinity';

create table tenancy.channel_route (
  route_digest bytea primary key,
  header_digest bytea not null,
  portal_id uuid not null,
  channel_id uuid not null,
  created_at timestamptz not null,
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.channel_route is
  'Directory: sha-256 of a webhook''s route secret to its channel, with the digest of the header that Gupshup replays.';
create index channel_route_channel on tenancy.channel_route (portal_id, channel_id);

create table tenancy.channel_history (
  portal_id uuid not null,
  channel_id uuid not null,
  changed_at timestamptz not null,
  change_id uuid not null,
  event text not null,
  from_state text not null,
  to_state text not null,
  reason text,
  actor text,
  primary key (portal_id, channel_id, change_id),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.channel_history is 'Every change of a channel, of its state or (event configure) of its settings: when, why and by whom (a user id, or the part of the system).';

-- What is known of a channel's outside: read by the worker's check, or said by an event ---------------------------

create table tenancy.reading (
  reading text primary key,
  facts text[] not null,
  every interval not null,
  refused_for interval not null
);
comment on table tenancy.reading is
  'What a check reads of the outside: one call gives some facts, at most once in every; where the other side refuses to tell, asked again after refused_for. Rates: contracts/gupshup.md §1.4.';
insert into tenancy.reading (reading, facts, every, refused_for) values
  ('app',    array['app'],    '1 minute',   '1 minute'),
  ('health', array['health'], '1 minute',   '24 hours'),
  ('wallet', array['wallet'], '1 minute',   '24 hours'),
  ('usage',  array['usage'],  '12 hours',   '7 days'),
  ('waba',   array['waba_id', 'display_name', 'quality', 'messaging_limit', 'account_status'], '10 minutes', '24 hours');

create table tenancy.channel_fact (
  portal_id uuid not null,
  channel_id uuid not null,
  fact text not null check (fact in (
    'events', 'line', 'callback', 'app', 'health', 'wallet', 'waba_id', 'display_name', 'quality', 'messaging_limit',
    'account_status', 'round_trip', 'usage')),
  value jsonb,
  refreshed_at timestamptz,
  asked_at timestamptz not null,
  failure jsonb,
  primary key (portal_id, channel_id, fact),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.channel_fact is
  'One thing that the outside said of a channel: its value and when it was said (refreshed_at); when we last asked, and, where that failed, how: {code, policy, message}. An older value stays.';

create table tenancy.connection_test (
  test text primary key,
  place smallint not null unique,
  party text not null check (party in ('ours', 'bitrix24', 'gupshup'))
);
comment on table tenancy.connection_test is
  'The tests of a channel''s connection in their order, and whose codes each speaks; tenancy.connection_tests() judges them.';
insert into tenancy.connection_test (test, place, party) values
  ('install_finished', 1, 'ours'), ('token', 2, 'bitrix24'), ('events_bound', 3, 'bitrix24'),
  ('connector_active', 4, 'bitrix24'), ('callback_ours', 5, 'gupshup'), ('gupshup_app', 6, 'gupshup'),
  ('gupshup_wallet', 7, 'gupshup'), ('round_trip', 8, 'ours');

create table tenancy.channel_notice (
  portal_id uuid not null,
  channel_id uuid not null,
  user_id text not null check (user_id ~ '^[0-9]{1,18}$'),
  state text not null check (state in ('attention', 'active')),
  reason text,
  due_at timestamptz not null,
  expires_at timestamptz not null,
  token bigint not null default 0,
  tries int not null default 0,
  primary key (portal_id, channel_id, user_id),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.channel_notice is
  'Who is still to be told that a channel needs attention, or that it is active again. The newer word replaces one that was not told yet; a row is deleted when told.';
create index channel_notice_due on tenancy.channel_notice (due_at);

create table tenancy.erasure (
  portal_id uuid not null,
  channel_id uuid not null,
  asked_by text,
  asked_at timestamptz not null,
  step text not null default 'messages' check (step in ('messages', 'log', 'rest', 'done')),
  conversation_id uuid not null default '00000000-0000-0000-0000-000000000000',
  after_id uuid not null default '00000000-0000-0000-0000-000000000000',
  messages bigint not null default 0,
  done_at timestamptz,
  primary key (portal_id, channel_id),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.erasure is
  'A removed channel whose contents are to go: how far tenancy.erase_due() has come (step; conversation and message, or log line, after which it goes on), and when it was done.';
create index erasure_due on tenancy.erasure (asked_at) where done_at is null;

-- Permissions ------------------------------------------------------------------------------------------------

create table tenancy.role (
  role text primary key
);
comment on table tenancy.role is 'Roles a portal''s user can play; neutral codes, because Wazzup''s names differ by language.';
insert into tenancy.role values ('agent'), ('supervisor'), ('auditor'), ('channel_admin'), ('billing_admin'), ('owner');

create table tenancy.permission (
  permission text primary key,
  scope text not null check (scope in ('portal', 'channel'))
);
comment on table tenancy.permission is 'The published permission set (contracts/competitors.md §2.4).';
insert into tenancy.permission (permission, scope) values
  ('channel.view', 'channel'), ('channel.connect', 'portal'), ('channel.configure', 'channel'),
  ('channel.disable', 'channel'), ('conversation.read.own', 'channel'), ('conversation.read.all', 'channel'),
  ('conversation.write.own', 'channel'), ('conversation.write.all', 'channel'), ('conversation.start', 'channel'),
  ('conversation.take', 'channel'), ('newclients.receive', 'channel'), ('template.view', 'channel'),
  ('template.manage', 'channel'), ('broadcast.create', 'channel'), ('broadcast.approve', 'channel'),
  ('broadcast.cancel', 'channel'), ('log.view.meta', 'channel'), ('log.view.payload', 'channel'),
  ('log.replay', 'channel'), ('billing.view', 'portal'), ('billing.topup', 'portal'), ('billing.caps', 'portal'),
  ('billing.manage', 'portal'), ('user.roles', 'portal'), ('api.keys', 'portal'), ('audit.view', 'portal'), ('data.export', 'portal'),
  ('data.erase', 'portal'), ('portal.configure', 'portal');

create table tenancy.role_permission (
  role text not null references tenancy.role,
  permission text not null references tenancy.permission,
  primary key (role, permission)
);
create index role_permission_permission on tenancy.role_permission (permission);
comment on table tenancy.role_permission is 'Which role may do what; tenancy.allows() reads nothing else.';
insert into tenancy.role_permission (role, permission)
select 'owner', permission from tenancy.permission
union all
select 'agent', unnest(array['channel.view', 'conversation.read.own', 'conversation.write.own', 'conversation.start',
  'conversation.take', 'newclients.receive', 'template.view'])
union all
select 'supervisor', unnest(array['channel.view', 'conversation.read.own', 'conversation.read.all',
  'conversation.write.own', 'conversation.write.all', 'conversation.start', 'conversation.take',
  'newclients.receive', 'template.view', 'broadcast.create', 'broadcast.cancel', 'log.view.meta'])
union all
select 'auditor', unnest(array['channel.view', 'conversation.read.own', 'conversation.read.all', 'template.view',
  'log.view.meta', 'audit.view'])
union all
select 'channel_admin', unnest(array['channel.view', 'channel.connect', 'channel.configure', 'channel.disable',
  'conversation.read.own', 'conversation.read.all', 'conversation.write.own', 'conversation.write.all',
  'conversation.start', 'conversation.take', 'template.view', 'template.manage', 'broadcast.create',
  'broadcast.approve', 'broadcast.cancel', 'log.view.meta', 'log.view.payload', 'log.replay', 'api.keys', 'portal.configure'])
union all
select 'billing_admin', unnest(array['channel.view', 'billing.view', 'billing.topup', 'billing.caps', 'billing.manage']);

create table tenancy.membership (
  portal_id uuid not null references tenancy.portal,
  membership_id uuid not null,
  user_id text,
  department_id text,
  channel_id uuid,
  role text not null references tenancy.role,
  receives_new_clients boolean not null default true,
  version int not null default 1,
  changed_by text,
  changed_at timestamptz not null,
  primary key (portal_id, membership_id),
  unique nulls not distinct (portal_id, user_id, department_id, channel_id),
  check (num_nonnulls(user_id, department_id) = 1),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.membership is
  'The role a user, or everybody of a department and of those below it, plays, on one channel or (channel null) on all; receives_new_clients: whether new clients are given to them, where the role may have them. One row a setting, with a version, so that two administrators never overwrite each other.';
create index membership_role on tenancy.membership (role);
create index membership_channel on tenancy.membership (portal_id, channel_id);
create index membership_department on tenancy.membership (portal_id, department_id) where department_id is not null;

create table tenancy.reader_grant (
  role_name text not null,
  portal_id uuid not null references tenancy.portal,
  primary key (role_name, portal_id)
);
comment on table tenancy.reader_grant is 'Which portals a BI login role sees through the views granted to whatsappb24_reader.';
create index reader_grant_portal on tenancy.reader_grant (portal_id);

create view tenancy.channel_overview as
select c.portal_id, c.channel_id, c.name, c.phone, c.line_id, c.state, c.state_reason, c.state_at, s.next_action, s.who_acts
  from tenancy.channel c
  join tenancy.channel_state s on s.state = c.state
 where c.portal_id in (select g.portal_id from tenancy.reader_grant g where g.role_name = session_user);
comment on view tenancy.channel_overview is 'Channels of the portals that the session''s role may read.';
grant select on tenancy.channel_overview to whatsappb24_reader;
