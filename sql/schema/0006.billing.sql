-- billing: what a message costs, and the money that pays for it.
--
--   A portal has one wallet in one currency. Money moves by transfers only: each takes an amount from one account of
--   the portal and gives it to another, so that all balances of a portal always add up to zero. A charge is a row, one
--   per message: it is the hold, the idempotency and the statement's line.
--
-- An account's balance is what it was given less what was taken from it. So a wallet with money is positive, the
-- clearing account of a provider is negative by what that provider paid us, receivables are negative by what the
-- customer owes.
--
-- The wallet's row is the lock of all its portal's money: whoever changes an account, a spending counter, an alert or
-- a recharge holds it (docs/adr/0009). Locks: … charge -> wallet, sorted by key.
set local role whatsappb24_owner;

create domain billing.micros as bigint;
comment on domain billing.micros is 'An amount in millionths of a currency unit.';

create table billing.currency (
  currency text primary key check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null check (exponent between 0 and 3),
  second_eyes_above billing.micros not null check (second_eyes_above >= 0)
);
comment on table billing.currency is
  'The currencies a wallet may have: decimals of its ISO minor unit, and above which amount an adjustment by staff needs a second person. Providers'' own exponents are theirs (contracts/payments.md §4.1).';
insert into billing.currency (currency, exponent, second_eyes_above) values
  ('USD', 2, 100000000), ('EUR', 2, 100000000), ('BRL', 2, 500000000), ('MXN', 2, 2000000000),
  ('ARS', 2, 100000000000), ('CLP', 0, 100000000000), ('COP', 2, 400000000000), ('PEN', 2, 400000000),
  ('UYU', 2, 4000000000), ('PYG', 0, 700000000000), ('BOB', 2, 700000000), ('CRC', 2, 50000000000),
  ('GTQ', 2, 800000000), ('DOP', 2, 6000000000);

create table billing.account_kind (
  kind text primary key,
  meaning text not null
);
comment on table billing.account_kind is 'The accounts of a portal. The wallet''s balance stands in billing.wallet, the others'' in billing.account.';
insert into billing.account_kind (kind, meaning) values
  ('wallet',          'what the customer has paid and not used; positive: ours to deliver'),
  ('revenue',         'what was delivered: messages and subscriptions'),
  ('clearing_stripe', 'what Stripe took from the customer for us; negative: Stripe''s to pay out'),
  ('clearing_paypal', 'what PayPal took from the customer for us; negative: PayPal''s to pay out'),
  ('tax',             'tax that was paid with a top-up; positive: ours to hand on'),
  ('fees',            'what providers kept; negative: our expense'),
  ('promotions',      'what we gave; negative: our expense'),
  ('receivables',     'what the customer owes; negative: his to pay'),
  ('breakage',        'what expired unused');

create table billing.wallet (
  portal_id uuid primary key references tenancy.portal,
  currency text not null references billing.currency,
  balance billing.micros not null default 0,
  held billing.micros not null default 0 check (held >= 0),
  overdraft_limit billing.micros not null default 0 check (overdraft_limit >= 0),
  seq bigint not null default 0,
  state text not null default 'open' check (state in ('open', 'frozen')),
  state_reason text,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  check (balance - held + overdraft_limit >= 0)
) with (fillfactor = 50);
comment on table billing.wallet is
  'A portal''s prepaid balance, in its one currency for ever. held: promised to messages on their way; available = balance - held + overdraft_limit, never negative. seq counts the entries; changed_at is the instant of the last one and never goes back. A frozen wallet receives and does not spend.';
create index wallet_currency on billing.wallet (currency);

create table billing.account (
  portal_id uuid not null references billing.wallet,
  kind text not null references billing.account_kind check (kind <> 'wallet'),
  currency text not null references billing.currency,
  balance billing.micros not null default 0,
  seq bigint not null default 0,
  primary key (portal_id, kind, currency),
  check (kind <> 'receivables' or balance <= 0)
) with (fillfactor = 50);
comment on table billing.account is 'The portal''s accounts beside its wallet; made when first used. seq counts the entries.';
create index account_kind_fk on billing.account (kind);
create index account_currency on billing.account (currency);

create table billing.transfer (
  portal_id uuid not null references billing.wallet,
  transfer_id uuid not null,
  group_id uuid not null,
  key text not null check (length(key) between 1 and 200),
  currency text not null,
  debit text not null,
  credit text not null,
  amount billing.micros not null check (amount > 0),
  debit_balance billing.micros not null,
  credit_balance billing.micros not null,
  debit_seq bigint not null,
  credit_seq bigint not null,
  wallet_seq bigint generated always as (case 'wallet' when debit then debit_seq when credit then credit_seq end) stored,
  reason text not null check (length(reason) between 1 and 100),
  detail jsonb not null default '{}',
  messages uuid[],
  at timestamptz not null,
  primary key (portal_id, transfer_id),
  check (debit <> credit)
);
comment on table billing.transfer is
  'Money that moved: amount taken from the account debit, given to the account credit, with both balances and places (seq) afterwards. key is the business key: it happens once. group_id joins what happened together; messages are those whose charges it settled. Written once; nobody, the owner included, may update or delete.';
create unique index transfer_wallet_seq on billing.transfer (portal_id, wallet_seq) where wallet_seq is not null;
create index transfer_at on billing.transfer (portal_id, at);
-- A known key must be found by this index and no other, also where the table was small when it was analysed and one
-- portal fills it since (ADR 7): of indexes that cost the same the newest wins, and a portal is said to have many rows.
alter table billing.transfer add constraint transfer_key unique (portal_id, key);
alter table billing.transfer alter column portal_id set (n_distinct = 20);
revoke update, delete, truncate on billing.transfer from whatsappb24_owner;

create view billing.entry as
select t.portal_id, t.transfer_id, t.group_id, t.key, e.kind, t.currency, e.amount, e.balance, e.seq, t.reason, t.at
  from billing.transfer t
 cross join lateral (values
   (t.debit, -t.amount, t.debit_balance, t.debit_seq),
   (t.credit, t.amount, t.credit_balance, t.credit_seq)) e(kind, amount, balance, seq)
 where t.portal_id in (select g.portal_id from tenancy.reader_grant g where g.role_name = session_user);
comment on view billing.entry is
  'Both sides of every transfer of the portals that the session''s role may read: the account, its signed amount and its balance afterwards.';
grant select on billing.entry to whatsappb24_reader;

create table billing.checkpoint (
  portal_id uuid not null references billing.wallet,
  kind text not null references billing.account_kind,
  currency text not null references billing.currency,
  before timestamptz not null,
  balance billing.micros not null,
  seq bigint not null,
  primary key (portal_id, kind, currency, before)
);
comment on table billing.checkpoint is
  'An account''s balance and place when a month (UTC) began: all its transfers before that instant. billing.verify() counts from the last one.';
create index checkpoint_kind on billing.checkpoint (kind);
create index checkpoint_currency on billing.checkpoint (currency);

-- Charges ---------------------------------------------------------------------------------------------------------

create table billing.charge_transition (
  from_state text not null,
  event text not null,
  to_state text not null,
  primary key (from_state, event)
);
comment on table billing.charge_transition is 'The state machine of a charge; every step has the business key charge:<message>:<n>.';
insert into billing.charge_transition (from_state, event, to_state) values
  ('held', 'capture', 'captured'),
  ('held', 'release', 'released'),
  ('released', 'capture', 'captured'),
  ('captured', 'reverse', 'reversed'),
  ('reversed', 'capture', 'captured');

create table billing.charge (
  portal_id uuid not null references tenancy.portal,
  message_id uuid not null,
  channel_id uuid not null,
  category text not null,
  country text,
  card_id uuid,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  price billing.micros not null check (price >= 0),
  cost billing.micros not null default 0,
  moment text not null default 'sent' check (moment in ('submitted', 'sent', 'delivered')),
  user_id text,
  robot text,
  spend_day date,
  held billing.micros not null check (held >= 0),
  state text not null check (state in ('held', 'captured', 'released', 'reversed')),
  n int not null default 1,
  transfer_id uuid,
  hold_until timestamptz not null,
  changed_at timestamptz not null,
  primary key (portal_id, message_id),
  check (held = case state when 'held' then price else 0 end)
) with (fillfactor = 70);
comment on table billing.charge is
  'One row per chargeable message, kept as long as the ledger. price, cost (what the provider takes) and held in millionths of currency; card_id: the rate card that priced it (null: none, free); moment: the rung of the message''s ladder that captures. n counts its steps; transfer_id is the last one that moved its money. spend_day: the day of the portal''s zone in which the caps count it, fixed at the hold; user_id or robot: who wrote.';
create index charge_hold on billing.charge (hold_until) where state = 'held';

-- Rows on their way through a call -------------------------------------------------------------------------------

create type billing.posting as (
  item int, outcome text, reason text, detail jsonb,
  portal_id uuid, key text, currency text, debit text, credit text, amount bigint, because text, about jsonb,
  messages uuid[], group_id uuid, may_owe boolean, transfer_id uuid, balance bigint
);
comment on type billing.posting is
  'A movement of money on its way through a call: because and about become the transfer''s reason and detail; may_owe: what the wallet lacks becomes a receivable; balance is the wallet''s afterwards.';

create type billing.held_change as (portal_id uuid, amount bigint);
comment on type billing.held_change is 'By how much a wallet''s held changes.';

create type billing.holding as (
  item int, outcome text, reason text, detail jsonb,
  portal_id uuid, message_id uuid, channel_id uuid, category text, country text, user_id text, robot text,
  card_id uuid, currency text, price bigint, cost bigint, moment text, spend_day date
);
comment on type billing.holding is 'An item of billing.hold() on its way through the call.';

create type billing.moving as (
  portal_id uuid, message_id uuid, n int, from_state text, to_state text, price bigint, currency text, channel_id uuid, user_id text,
  robot text, spend_day date
);
comment on type billing.moving is 'A step of a charge (its n-th) on its way through billing.move_charges().';
