-- billing, second part: what watches over the money: caps, alerts, recharges, staff's adjustments, proofs.
-- Everything here is written under the lock of the portal's wallet.
set local role whatsappb24_owner;

create table billing.wallet_change (
  portal_id uuid not null references billing.wallet,
  change_id uuid not null,
  event text not null check (event in ('opened', 'frozen', 'unfrozen', 'overdraft', 'cap', 'threshold', 'recharge')),
  actor text not null,
  reason text,
  detail jsonb not null default '{}',
  at timestamptz not null,
  primary key (portal_id, change_id)
);
comment on table billing.wallet_change is 'Who changed what of a wallet''s settings, when and why. Money is in billing.transfer.';

-- Caps ------------------------------------------------------------------------------------------------------------

create table billing.cap (
  portal_id uuid not null references billing.wallet,
  scope text not null check (scope in ('portal', 'channel', 'user', 'robot')),
  scope_id text not null check (length(scope_id) <= 100 and (scope = 'portal') = (scope_id = '')),
  period text not null check (period in ('day', 'month')),
  soft billing.micros check (soft >= 0),
  hard billing.micros check (hard >= 0),
  soft_told date,
  hard_told date,
  primary key (portal_id, scope, scope_id, period),
  check (soft is not null or hard is not null)
);
comment on table billing.cap is
  'How much may be spent on messages in a day or month of the portal''s zone: soft is told of, hard refuses. scope_id: the channel, the user, the robot''s name (* for robots without one), empty for the portal. soft_told, hard_told: the period in which it was last told.';

create table billing.spend (
  portal_id uuid not null references billing.wallet,
  scope text not null,
  scope_id text not null,
  day date not null,
  spent billing.micros not null check (spent >= 0),
  primary key (portal_id, scope, scope_id, day)
) with (fillfactor = 50);
comment on table billing.spend is
  'What is held and captured of the charges that were held on a day of the portal''s zone; a month is the sum of its days. A release lowers the day of the hold.';

-- Alerts and recharges: work that SQL decides and the worker does ---------------------------------------------------

create table billing.threshold (
  portal_id uuid not null references billing.wallet,
  amount billing.micros not null,
  told_at timestamptz,
  primary key (portal_id, amount)
);
comment on table billing.threshold is
  'Balances (less what is held) below which the portal''s people are told: when it is crossed downwards, at most once in 24 h each.';

create table billing.alert (
  portal_id uuid not null references tenancy.portal,
  alert_id uuid not null,
  kind text not null
    check (kind in (
      'low_balance', 'cap_soft', 'cap_hard', 'recharge_declined', 'recharge_stopped', 'recharge_cap',
      'trial_ends', 'subscription_grace', 'subscription_suspended', 'subscription_resumed')),
  detail jsonb not null,
  channel_id uuid,
  while_state text,
  at timestamptz not null,
  due_at timestamptz not null,
  token bigint not null default 0,
  tries int not null default 0,
  primary key (portal_id, alert_id)
);
comment on table billing.alert is
  'What the portal''s people are still to be told of their money; the numbers in detail. A row is deleted when told; due_at is also the lease of who tells it. What is told of a channel''s subscription is told only while that is in while_state.';
create index alert_due on billing.alert (due_at);

create table billing.recharge_rule (
  portal_id uuid primary key references billing.wallet,
  is_on boolean not null,
  threshold billing.micros not null check (threshold >= 0),
  amount billing.micros check (amount > 0),
  target billing.micros check (target > threshold),
  monthly_cap billing.micros not null check (monthly_cap > 0),
  consent jsonb not null,
  failures int not null default 0,
  not_before timestamptz,
  cap_told date,
  method_id uuid,
  check ((amount is null) <> (target is null))
);
comment on table billing.recharge_rule is
  'A customer''s order to charge his saved card when the balance (less what is held) is below threshold: by amount, or up to target, at most monthly_cap a month of his zone. Off until he turns it on; consent says who did, when and on which text. method_id: the saved method that he named (billing.payment_method, whose rows are never deleted). After a decline not_before backs off; three in a row turn it off.';

create table billing.recharge (
  portal_id uuid not null references billing.wallet,
  recharge_id uuid not null,
  amount billing.micros not null check (amount > 0),
  currency text not null references billing.currency,
  month date not null,
  state text not null default 'open' check (state in ('open', 'succeeded', 'declined', 'failed')),
  detail jsonb not null default '{}',
  decided_at timestamptz not null,
  settled_at timestamptz,
  due_at timestamptz not null,
  token bigint not null default 0,
  primary key (portal_id, recharge_id)
);
comment on table billing.recharge is
  'Each decision to recharge: work for the payments, under its own id as business key. One is open at a time; it stays open until its outcome is known, whatever fails.';
create unique index recharge_open on billing.recharge (portal_id) where state = 'open';
create index recharge_due on billing.recharge (due_at) where state = 'open';
create index recharge_month on billing.recharge (portal_id, month);
create index recharge_currency on billing.recharge (currency);

-- Staff -------------------------------------------------------------------------------------------------------------

create table billing.adjustment (
  portal_id uuid not null references billing.wallet,
  adjustment_id uuid not null,
  key text not null,
  amount billing.micros not null check (amount <> 0),
  reason text not null check (length(reason) between 3 and 500),
  state text not null check (state in ('proposed', 'posted', 'rejected')),
  proposed_by text not null,
  proposed_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  primary key (portal_id, adjustment_id),
  unique (portal_id, key),
  check (decided_by is null or decided_by <> proposed_by or state = 'rejected')
);
comment on table billing.adjustment is
  'What staff credited (amount > 0) or debited by hand, with its reason; above billing.currency.second_eyes_above it waits for a second person.';
create index adjustment_at on billing.adjustment (adjustment_id);

create table billing.broken_promise (
  portal_id uuid not null references tenancy.portal,
  promise text not null,
  found jsonb not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (portal_id, promise)
);
comment on table billing.broken_promise is
  'What billing.verify() found wrong in its last round, one example a promise; gone when it holds again. Empty in a sound system.';
