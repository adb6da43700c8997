-- messaging: how a message crosses.
--
--   A message arrives (receive, submit), is numbered in its lane and waits. The worker claims the lane's head:
--   that writes an attempt, committed, before any byte leaves. What the other side answered comes back with
--   settle; what it says later comes with apply_receipts. Three promises hold at every step: nothing is lost,
--   nothing is sent twice, and when an outcome is unknown the message says so.
--
-- Locks are taken in the order mirror -> alias -> contact -> conversation -> lane -> message, each in a statement of its
-- own and sorted by key.
set local role whatsappb24_owner;

-- Identity: a contact is a graph of identifiers, never a phone number alone ----------------------------------

create table messaging.contact (
  portal_id uuid not null references tenancy.portal,
  contact_id uuid not null,
  name text not null default '',
  created_at timestamptz not null,
  primary key (portal_id, contact_id)
);
comment on table messaging.contact is 'A customer as WhatsApp knows him; his identifiers stand in messaging.identifier.';

create table messaging.identifier (
  portal_id uuid not null,
  kind text not null check (kind in ('wa', 'bsuid', 'alias')),
  value text not null check (length(value) between 1 and 200),
  contact_id uuid not null,
  created_at timestamptz not null,
  primary key (portal_id, kind, value),
  foreign key (portal_id, contact_id) references messaging.contact
);
comment on table messaging.identifier is
  'One node of a contact''s graph: wa (the digits WhatsApp gave), bsuid (business-scoped user id), alias (digits that were dialled and that WhatsApp maps to another wa).';
create index identifier_contact on messaging.identifier (portal_id, contact_id);

create table messaging.conversation (
  portal_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  chat_key text not null,
  portal_chat_id text,
  session_id text,
  window_until timestamptz,
  created_at timestamptz not null,
  primary key (portal_id, conversation_id),
  unique (portal_id, channel_id, contact_id),
  unique (portal_id, channel_id, chat_key),
  foreign key (portal_id, channel_id) references tenancy.channel,
  foreign key (portal_id, contact_id) references messaging.contact
) with (fillfactor = 80);
comment on table messaging.conversation is
  'A contact on a channel. chat_key names the dialog towards Bitrix24 and never changes; portal_chat_id and session_id are learnt from its answers; window_until ends the 24 hours in which free text is allowed.';
create index conversation_contact on messaging.conversation (portal_id, contact_id);
create index conversation_portal_chat on messaging.conversation (portal_id, portal_chat_id) where portal_chat_id is not null;

-- Messages -----------------------------------------------------------------------------------------------------

create table messaging.message_kind (
  kind text primary key,
  may_send boolean not null,
  may_arrive boolean not null,
  max_text int check (max_text > 0),
  mimes text[],
  max_bytes bigint check (max_bytes > 0)
);
comment on table messaging.message_kind is
  'The kinds of messages that WhatsApp knows. max_text: characters of the text or caption, null where there is none; mimes: null is any; max_bytes: of its file, null where it has none.';
insert into messaging.message_kind (kind, may_send, may_arrive, max_text, mimes, max_bytes) values
  ('text', true, true, 4096, null, null),
  ('image', true, true, 1024, '{image/jpeg,image/png}', 5242880),
  ('video', true, true, 1024, '{video/mp4,video/3gpp}', 16777216),
  ('audio', true, true, null, '{audio/aac,audio/mp4,audio/amr,audio/mpeg,audio/ogg}', 16777216),
  ('voice', false, true, null, '{audio/ogg}', 16777216),
  ('document', true, true, 1024, null, 104857600),
  ('sticker', true, true, null, '{image/webp}', 512000),
  ('template', true, false, 1024, null, 104857600),
  ('buttons', true, false, 1024, null, null),
  ('list', true, false, 1024, null, null),
  ('location', true, true, null, null, null),
  ('contact', true, true, null, null, null),
  ('reaction', true, true, null, null, null),
  ('button_reply', false, true, null, null, null),
  ('list_reply', false, true, null, null, null),
  ('order', false, true, null, null, null),
  ('edited', false, true, null, null, null),
  ('deleted', false, true, null, null, null),
  ('unsupported', false, true, null, null, null);

create table messaging.message_state (
  state text primary key,
  rank smallint not null,
  is_final boolean not null,
  outcome text not null check (outcome in ('waiting', 'done', 'failed', 'refused', 'expired', 'unknown'))
);
comment on table messaging.message_state is
  'The states of a message. rank orders the ladder; outcome is what trace.conservation() counts it as.';
insert into messaging.message_state (state, rank, is_final, outcome) values
  ('accepted',  10, false, 'waiting'),
  ('queued',    20, false, 'waiting'),
  ('sending',   30, false, 'waiting'),
  ('unknown',   35, false, 'unknown'),
  ('submitted', 40, false, 'done'),
  ('enqueued',  50, false, 'done'),
  ('sent',      60, false, 'done'),
  ('delivered', 70, false, 'done'),
  ('read',      80, true,  'done'),
  ('failed',    90, false, 'failed'),
  ('refused',   91, true,  'refused'),
  ('expired',   92, true,  'expired');

create table messaging.transition (
  from_state text not null references messaging.message_state (state),
  event text not null,
  to_state text not null references messaging.message_state (state),
  primary key (from_state, event)
);
comment on table messaging.transition is
  'The published ladder: which event moves a message from which state to which. An event that is not listed changes nothing and is kept as evidence.';
create index transition_to_state on messaging.transition (to_state);
insert into messaging.transition (from_state, event, to_state) values
  ('accepted', 'queue', 'queued'),
  ('accepted', 'refuse', 'refused'),
  ('accepted', 'expire', 'expired'),
  ('queued', 'claim', 'sending'),
  ('queued', 'expire', 'expired'),
  ('queued', 'refuse', 'refused'),
  ('sending', 'return', 'queued'),
  ('sending', 'lose', 'unknown'),
  ('unknown', 'return', 'queued');
-- Evidence climbs: from any state that was sent (or may have been: a queued message may wait to be sent again) to any
-- higher rung; failed may be healed by evidence of delivery; nothing leaves read.
insert into messaging.transition (from_state, event, to_state)
select f.state, t.state, t.state
  from messaging.message_state f
  cross join messaging.message_state t
 where t.state in ('submitted', 'enqueued', 'sent', 'delivered', 'read')
   and (f.state in ('queued', 'sending', 'unknown', 'submitted', 'enqueued', 'sent', 'delivered') and f.rank < t.rank
        or f.state = 'failed' and t.state in ('delivered', 'read'));
insert into messaging.transition (from_state, event, to_state)
select f.state, 'failed', 'failed'
  from messaging.message_state f
 where f.state in ('sending', 'unknown', 'submitted', 'enqueued', 'sent');

create table messaging.message (
  portal_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  source text not null
    check (source in ('whatsapp', 'open_line', 'sms', 'robot', 'api', 'panel', 'broadcast', 'mirror')),
  origin_id uuid not null,
  part smallint not null default 1,
  parts smallint not null default 1,
  author text,
  kind text not null,
  text text,
  media jsonb,
  payload jsonb not null default '{}',
  context_id uuid,
  raw_id uuid,
  state text not null,
  state_at timestamptz not null,
  reason text,
  detail jsonb,
  said_at timestamptz not null,
  primary key (portal_id, message_id)
) partition by range (message_id);
comment on table messaging.message is
  'One WhatsApp message, in (customer to company) or out; or, in with source mirror, what the company wrote outside the open line on its way into the portal''s chat. origin_id joins the parts of one operator message. said_at is the instant the author''s side names; arrival is tenancy.id_time(message_id). The state is the present one, the evidence stands in messaging.receipt.';
create index message_conversation on messaging.message (portal_id, conversation_id, message_id);
create index message_parts on messaging.message (portal_id, origin_id) where parts > 1;
create table messaging.message_default partition of messaging.message default with (fillfactor = 70);

create table messaging.alias (
  portal_id uuid not null,
  kind text not null
    check (kind in ('gs', 'wa', 'open_line', 'sms', 'robot', 'api', 'panel', 'broadcast', 'mirror')),
  key text not null check (length(key) between 1 and 400),
  message_id uuid not null,
  created_at timestamptz not null,
  primary key (portal_id, kind, key)
);
comment on table messaging.alias is
  'Every outside id of a message: gs (Gupshup), wa (WhatsApp), mirror (the id that the portal was given with a mirrored message), else the source''s own key with /part. It is the deduplication, the match of receipts and the search by any id.';
create index alias_message on messaging.alias (portal_id, message_id);

create table messaging.mirror (
  portal_id uuid not null,
  message_id uuid not null,
  mirror_id uuid not null,
  conversation_id uuid not null,
  author text not null,
  fingerprint text not null,
  echoes int not null default 0,
  portal_chat_id text,
  portal_message_id text,
  primary key (portal_id, message_id),
  unique (portal_id, mirror_id),
  foreign key (portal_id, conversation_id) references messaging.conversation
);
comment on table messaging.mirror is
  'An employee''s message that was written outside the open line (message_id) and is shown in its chat by a message of its own (mirror_id). The portal tells of what it shows as if it had been written there: who wrote it and what (fingerprint) recognise that echo, echoes counts them, and portal_chat_id and portal_message_id come from the first.';
create index mirror_conversation on messaging.mirror (portal_id, conversation_id, fingerprint);

create table messaging.raw (
  portal_id uuid not null,
  raw_id uuid not null,
  channel_id uuid,
  door text not null,
  body bytea not null,
  primary key (portal_id, raw_id)
) partition by range (raw_id);
comment on table messaging.raw is 'The bytes as they came, kept beside the parsed facts that name them.';
create table messaging.raw_default partition of messaging.raw default;

create table messaging.quarantined (
  portal_id uuid not null references tenancy.portal,
  quarantined_id uuid not null,
  channel_id uuid,
  door text not null,
  reason text not null,
  item jsonb,
  raw_id uuid,
  resolved_at timestamptz,
  resolved_by text,
  fingerprint text not null generated always as (
    md5(door || ' ' || reason || ' ' || coalesce(case jsonb_typeof(item) when 'object' then item - 'raw' else item end::text, ''))
  ) stored,
  primary key (portal_id, quarantined_id),
  unique (portal_id, fingerprint)
);
comment on table messaging.quarantined is
  'What could not be understood or would not fit: kept once with its raw bytes however often it comes, shown in the panel, resolved by a person.';

-- Lanes: order per conversation and direction, parallel across conversations ----------------------------------

create table messaging.lane (
  portal_id uuid not null,
  conversation_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  channel_id uuid not null,
  last_seq bigint not null default 0,
  done_seq bigint not null default 0,
  next_at timestamptz not null default 'infinity',
  token bigint not null default 0,
  retries int not null default 0,
  paused text,
  blocked_until timestamptz,
  primary key (portal_id, conversation_id, direction),
  foreign key (portal_id, conversation_id) references messaging.conversation
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0
);
comment on table messaging.lane is
  'The queue of one conversation in one direction: two cursors, one instant (due or retry; infinity while idle, claimed, paused or blocked), one fencing token. paused names why it stands still; blocked_until ends the wait for an unknown head.';
create index lane_due on messaging.lane (portal_id, direction, next_at) where next_at < 'infinity';
create index lane_blocked on messaging.lane (blocked_until) where blocked_until is not null;
create index lane_channel on messaging.lane (portal_id, channel_id, direction);
create index lane_paused on messaging.lane (portal_id, channel_id, direction) where paused is not null;

create table messaging.queue (
  portal_id uuid not null,
  conversation_id uuid not null,
  direction text not null,
  seq bigint not null,
  message_id uuid not null,
  primary key (portal_id, conversation_id, direction, seq)
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0
);
comment on table messaging.queue is 'What waits in a lane, in order; a row is deleted when its message is settled.';

create table messaging.attempt (
  portal_id uuid not null,
  message_id uuid not null,
  number int not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  direction text not null,
  token bigint not null,
  worker text not null,
  began_at timestamptz not null,
  lease_until timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('accepted', 'retry', 'failed', 'unknown')),
  code text,
  detail jsonb,
  primary key (portal_id, message_id, number)
) with (fillfactor = 70);
comment on table messaging.attempt is
  'One try to hand a message to the other side, written and committed before any byte leaves. Without an outcome after lease_until it becomes unknown, never claimable.';
create index attempt_open on messaging.attempt (lease_until) where outcome is null;
create index attempt_unknown on messaging.attempt (portal_id, channel_id, began_at) where outcome is null or outcome = 'unknown';

-- Receipts -------------------------------------------------------------------------------------------------------

create table messaging.receipt (
  portal_id uuid not null,
  receipt_id uuid not null,
  message_id uuid not null,
  event text not null,
  said_at timestamptz not null,
  code text,
  reason text,
  from_state text,
  to_state text,
  detail jsonb,
  raw_id uuid,
  primary key (portal_id, receipt_id)
) partition by range (receipt_id);
comment on table messaging.receipt is
  'Evidence: every status that was matched to a message, whether it moved it (to_state) or not.';
create table messaging.receipt_default partition of messaging.receipt default;
create index receipt_message on messaging.receipt (portal_id, message_id);

create table messaging.parked_receipt (
  portal_id uuid not null references tenancy.portal,
  parked_id uuid not null,
  channel_id uuid not null,
  gs_key text,
  wa_key text,
  destination text,
  message_id uuid,
  apply_at timestamptz not null default 'infinity',
  expires_at timestamptz not null,
  item jsonb not null,
  primary key (portal_id, parked_id)
);
comment on table messaging.parked_receipt is
  'Receipts that came before the id they name (applied by the settle that brings it; kept 24 h), and failures that are held back for a moment because a delivery may contradict them (apply_at).';
create index parked_receipt_gs on messaging.parked_receipt (portal_id, gs_key) where gs_key is not null;
create index parked_receipt_wa on messaging.parked_receipt (portal_id, wa_key) where wa_key is not null;
create index parked_receipt_destination on messaging.parked_receipt (portal_id, channel_id, destination);
create index parked_receipt_message on messaging.parked_receipt (portal_id, message_id) where message_id is not null;
create index parked_receipt_apply on messaging.parked_receipt (apply_at) where apply_at < 'infinity';
create index parked_receipt_expiry on messaging.parked_receipt (expires_at);

create table messaging.channel_event (
  portal_id uuid not null,
  channel_event_id uuid not null,
  channel_id uuid not null,
  fact text not null,
  item jsonb not null,
  raw_id uuid,
  fingerprint text not null generated always as (md5(fact || ' ' || item::text)) stored,
  primary key (portal_id, channel_event_id),
  unique (portal_id, channel_id, fingerprint),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table messaging.channel_event is
  'Billing, template, account, user and preference events of a channel as they were said, once however often they come; billing events are what charges are reconciled with.';
create index channel_event_channel on messaging.channel_event (portal_id, channel_id, channel_event_id);

-- What a portal is told beyond messages ----------------------------------------------------------------------------

create table messaging.notice (
  portal_id uuid not null references tenancy.portal,
  notice_id uuid not null,
  kind text not null check (kind in ('tick', 'trouble', 'verify')),
  message_id uuid not null,
  conversation_id uuid not null,
  due_at timestamptz not null,
  expires_at timestamptz not null,
  token bigint not null default 0,
  tries int not null default 0,
  detail jsonb not null default '{}',
  primary key (portal_id, notice_id),
  unique (portal_id, kind, message_id)
) with (fillfactor = 50);
comment on table messaging.notice is
  'What the portal is still to be told or asked: tick (the operator''s message left us), trouble (it was refused, failed or is unknown; its author and the CRM are told), verify (an unknown delivery to the portal: look it up in the session''s history). A row is deleted when told.';
create index notice_due on messaging.notice (portal_id, due_at);

-- Rates ------------------------------------------------------------------------------------------------------------

create table messaging.rate (
  bucket text not null,
  tier text not null,
  per_second numeric not null check (per_second > 0),
  burst numeric not null check (burst >= 1),
  primary key (bucket, tier)
);
comment on table messaging.rate is
  'Token buckets: how many calls a second and how many at once. portal: Bitrix24 per portal; number: Gupshup per number; pair: per number and customer.';
insert into messaging.rate (bucket, tier, per_second, burst) values
  ('portal', 'standard', 2, 50),
  ('portal', 'enterprise', 5, 250),
  ('number', 'standard', 20, 20),
  ('number', 'enterprise', 20, 20),
  ('pair', 'standard', 1, 45),
  ('pair', 'enterprise', 1, 45);

create table messaging.bucket (
  portal_id uuid not null references tenancy.portal,
  bucket text not null,
  key text not null,
  tokens numeric not null,
  refilled_at timestamptz not null,
  closed_until timestamptz,
  primary key (portal_id, bucket, key)
) with (fillfactor = 50);
comment on table messaging.bucket is 'The level of each token bucket; any number of workers share it. closed_until: the other side asked for a pause; a bucket method is only ever closed, while that method''s execution time is used up.';

insert into tenancy.partitioned_table (table_name, every, keep_for, fillfactor) values
  ('messaging.message', 'month', null, 70),
  ('messaging.receipt', 'month', null, 100),
  ('messaging.raw', 'month', interval '90 days', 100);

-- What BI may read ---------------------------------------------------------------------------------------------------

create view messaging.message_overview as
select m.portal_id, m.message_id, m.conversation_id, m.channel_id, m.direction, m.source, m.author, m.kind,
       m.state, m.state_at, m.reason, m.said_at, tenancy.id_time(m.message_id) as arrived_at
  from messaging.message m
 where m.portal_id in (select g.portal_id from tenancy.reader_grant g where g.role_name = session_user);
comment on view messaging.message_overview is 'Messages (without their words) of the portals that the session''s role may read.';
grant select on messaging.message_overview to whatsappb24_reader;
-- A view lends its owner's right to tables, not to functions.
grant execute on function tenancy.id_time(uuid) to whatsappb24_reader;
