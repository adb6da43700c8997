-- billing: reconciliation. What Gupshup says it billed, message by message, beside what we charged.
--
--   Gupshup's billing events name a message, a category and whether it was billable, and never an amount
--   (contracts/gupshup.md §4.4). Each is read once when it comes (billing.note_billed) and compared twice: when the
--   message's charge is settled, and three days later. A charge of which nothing is said within a day is found the
--   other way round. Once a day Gupshup is asked, too, what a day cost and how many messages of each category it had
--   (contracts/gupshup.md §1.4, /usage; told to partners, to others perhaps not). What does not agree is a difference; it is gone when it agrees after all.
set local role whatsappb24_owner;

create table billing.billed (
  portal_id uuid not null references tenancy.portal,
  channel_event_id uuid not null,
  channel_id uuid not null,
  message_id uuid,
  keys jsonb not null,
  is_billable boolean,
  category text,
  country text,
  model text,
  type text,
  at timestamptz not null,
  looks int not null default 0,
  due_at timestamptz,
  primary key (portal_id, channel_event_id)
) with (fillfactor = 70);
comment on table billing.billed is
  'What a billing event of Gupshup says of a message: keys are its ids (gs, wa), category one of ours (null: not said, or of no kind of ours), country that of the destination. message_id: ours, once an alias is known. due_at: when it is compared next (null: for the last time already); looks counts.';
create index billed_due on billing.billed (due_at) where due_at is not null;
create index billed_message on billing.billed (portal_id, message_id) where message_id is not null;
create index billed_at on billing.billed (portal_id, at);

create table billing.difference (
  portal_id uuid not null references tenancy.portal,
  difference_id uuid not null,
  kind text not null
    check (kind in ('not_billed_by_us', 'billed_by_us_only', 'other_category', 'other_country', 'unknown_message')),
  subject uuid not null,
  message_id uuid,
  channel_id uuid not null,
  at timestamptz not null,
  said jsonb not null,
  charged jsonb not null,
  found_at timestamptz not null,
  primary key (portal_id, difference_id),
  unique (portal_id, subject, kind)
);
comment on table billing.difference is
  'Where Gupshup''s word and our charge of a message disagree. not_billed_by_us: billable there, not paid here; billed_by_us_only: paid here, there free or (said is empty) never heard of; unknown_message: no message of ours. subject: the message, else the event. said: {billable, category, country, model, type}; charged: {state, price, currency, category, country}, price in millionths.';
create index difference_at on billing.difference (portal_id, at, difference_id);
create index difference_found on billing.difference (difference_id);

create table billing.reconciliation (
  portal_id uuid primary key references tenancy.portal,
  before timestamptz not null
);
comment on table billing.reconciliation is
  'Up to where a portal''s charges were looked for among what Gupshup says: all messages before this instant. Begins with its first billing event.';
create index reconciliation_before on billing.reconciliation (before);

create table billing.usage (
  portal_id uuid not null references tenancy.portal,
  channel_id uuid not null,
  day date not null,
  usage_id uuid not null,
  said jsonb not null,
  fees billing.micros not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  read_at timestamptz not null,
  compared_at timestamptz,
  charged jsonb not null default '{}',
  cost billing.micros,
  differs text[] not null default '{}',
  primary key (portal_id, channel_id, day)
);
comment on table billing.usage is
  'What Gupshup says a day (UTC) of a channel''s application had and cost: said {category: messages}, fees (its own and WhatsApp''s, less discounts) in millionths of currency. Beside it our charges of messages written that day: charged {category: messages}, cost (what the rate card expects to pay; null: in another currency). differs: the categories, and cost, that disagree by more than one message or one percent.';
create index usage_uncompared on billing.usage (read_at) where compared_at is null;
create index usage_differs on billing.usage (usage_id) where differs <> '{}';
