-- The CRM: what a new client of a channel becomes in the portal's CRM, and what each conversation is there.
--
--   Either the open line's own tracker keeps the CRM (becomes = portal, the default) or we do, never both: while a rule of
--   ours holds, every message of the channel is handed over with the tracker switched off (messaging.claim), and the worker
--   asks messaging.settle_crm() for one step after the other. Each round begins with looking what the CRM has already, by
--   the number's variants and by our own mark (originId), so that a step that was interrupted is never repeated blindly.
set local role whatsappb24_owner;

create table tenancy.crm_rule (
  portal_id uuid not null,
  channel_id uuid not null,
  becomes text not null check (becomes in ('portal', 'lead', 'deal', 'contact')),
  category_id int check (category_id between 0 and 1000000),
  stage_id text check (length(stage_id) between 1 and 100),
  responsible text not null check (responsible in ('first_to_answer', 'round_robin')),
  open_item text not null check (open_item in ('keep', 'another')),
  version int not null default 1,
  changed_by text,
  changed_at timestamptz not null,
  primary key (portal_id, channel_id),
  check (becomes in ('lead', 'deal') or num_nonnulls(category_id, stage_id) = 0),
  check (becomes = 'deal' or category_id is null),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.crm_rule is
  'What a new client of a channel becomes; without a row: portal, the open line''s own tracker. category_id and stage_id are Bitrix24''s funnel and stage (null: its first). responsible: who gets a client whom the CRM does not know. open_item: whether an open lead or deal is kept, or every dialog makes another. Changes stand in the channel''s history.';

create table tenancy.new_client_turn (
  portal_id uuid not null,
  channel_id uuid not null,
  user_id text not null check (user_id ~ '^[0-9]{1,18}$'),
  given_at timestamptz not null,
  primary key (portal_id, channel_id, user_id),
  foreign key (portal_id, channel_id) references tenancy.channel
);
comment on table tenancy.new_client_turn is 'When each person was last given a new client of the channel: the next one goes to whom it is longest ago.';

create table messaging.crm_client (
  portal_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  session_id text not null,
  began_at timestamptz not null,
  state text not null check (state in ('due', 'unanswered', 'done', 'failed')),
  known jsonb not null default '{}',
  due_at timestamptz not null,
  token bigint not null default 0,
  lease_until timestamptz,
  tries int not null default 0,
  failure jsonb,
  changed_at timestamptz not null,
  primary key (portal_id, conversation_id),
  foreign key (portal_id, conversation_id) references messaging.conversation,
  foreign key (portal_id, channel_id) references tenancy.channel
) with (fillfactor = 70);
comment on table messaging.crm_client is
  'What a conversation is in the CRM, as of its dialog session_id. state: due (to be looked up and made), unanswered (made; whoever answers first gets it), done, failed (given up; failure: {code, policy, message}). known: {contact, company, lead, deal: ids; made: [kinds that we made in this dialog]; linked; responsible; user_code}.';
create index crm_client_due on messaging.crm_client (due_at) where due_at < 'infinity';
create index crm_client_channel on messaging.crm_client (portal_id, channel_id, state);
