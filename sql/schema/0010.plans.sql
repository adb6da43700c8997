-- billing: plans and subscriptions. What a channel may do, and what it pays for that, period by period.
--
--   A plan is a line of versions; a version never changes, and a subscription keeps the one it was sold. Every
--   channel has one subscription, begun in the transaction that adds it. Its periods are counted from an anchor in
--   the portal's time zone (the 31st is the last day of shorter months, and the 31st again afterwards). One instant,
--   due_at, says when there is something to do; billing.renew_due() does it.
set local role whatsappb24_owner;

create table billing.plan (
  plan_id uuid primary key,
  code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  version int not null check (version > 0),
  names jsonb not null,
  price billing.micros not null check (price >= 0),
  currency text not null references billing.currency,
  every text not null check (every in ('month', 'year')),
  included_messages int not null default 0 check (included_messages >= 0),
  included_categories text[] not null default '{service}',
  features jsonb not null,
  trial_days int not null default 0 check (trial_days between 0 and 365),
  grace_days int not null default 0 check (grace_days between 0 and 27),
  tariff text not null default 'default' check (tariff ~ '^[a-z][a-z0-9_]{0,39}$'),
  is_default boolean not null default false,
  withdrawn_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  unique (code, version)
);
comment on table billing.plan is
  'A version of a plan: names {es, en, pt}, price per month or year (millionths of currency), messages of some categories that are included in each period, features {feature: is it included}, days of trial and of grace, and whose rate cards count. The newest version of a code that is not withdrawn is offered; is_default: what a channel gets that chose none.';
create index plan_currency on billing.plan (currency);
create unique index plan_default on billing.plan (is_default) where is_default and withdrawn_at is null;
insert into billing.plan (plan_id, code, version, names, price, currency, every, features, trial_days, grace_days, is_default, created_by, created_at)
values (
  tenancy.new_id(), 'basic', 1, '{"es": "Básico", "en": "Basic", "pt": "Básico"}', 0, 'USD', 'month',
  '{"send": true, "templates": true, "broadcast": true, "robots": true, "api": true}', 14, 5, true, 'system', tenancy.now());

create table billing.subscription_state (
  state text primary key,
  runs boolean not null,
  next_action text not null,
  who_acts text not null check (who_acts in ('nobody', 'administrator', 'provider'))
);
comment on table billing.subscription_state is
  'The states of a subscription: whether the channel may work in it (runs), the one next action and who takes it.';
insert into billing.subscription_state (state, runs, next_action, who_acts) values
  ('trialing',  true,  'choose_plan', 'administrator'),
  ('active',    true,  'none',        'nobody'),
  ('grace',     true,  'top_up',      'administrator'),
  ('suspended', false, 'top_up',      'administrator'),
  ('paused',    false, 'resume',      'administrator'),
  ('cancelled', false, 'restart',     'administrator');

create table billing.subscription_transition (
  from_state text not null references billing.subscription_state (state),
  event text not null,
  to_state text not null references billing.subscription_state (state),
  primary key (from_state, event)
);
comment on table billing.subscription_transition is
  'The published state machine of a subscription; what is not listed is refused (WB409 subscription_state).';
create index subscription_transition_to_state on billing.subscription_transition (to_state);
insert into billing.subscription_transition (from_state, event, to_state) values
  ('trialing', 'renew', 'active'),
  ('trialing', 'fail', 'grace'),
  ('trialing', 'suspend', 'suspended'),
  ('trialing', 'change', 'trialing'),
  ('trialing', 'cancel_later', 'trialing'),
  ('trialing', 'keep', 'trialing'),
  ('trialing', 'cancel', 'cancelled'),
  ('active', 'renew', 'active'),
  ('active', 'fail', 'grace'),
  ('active', 'suspend', 'suspended'),
  ('active', 'change', 'active'),
  ('active', 'change_later', 'active'),
  ('active', 'pause', 'paused'),
  ('active', 'cancel_later', 'active'),
  ('active', 'keep', 'active'),
  ('active', 'cancel', 'cancelled'),
  ('grace', 'renew', 'active'),
  ('grace', 'fail', 'grace'),
  ('grace', 'suspend', 'suspended'),
  ('grace', 'change', 'grace'),
  ('grace', 'cancel', 'cancelled'),
  ('suspended', 'renew', 'active'),
  ('suspended', 'fail', 'suspended'),
  ('suspended', 'change', 'suspended'),
  ('suspended', 'cancel', 'cancelled'),
  ('paused', 'resume', 'active'),
  ('paused', 'cancel', 'cancelled'),
  ('cancelled', 'restart', 'active');

create table billing.subscription (
  portal_id uuid not null,
  channel_id uuid not null,
  plan_id uuid not null references billing.plan,
  next_plan_id uuid references billing.plan,
  state text not null references billing.subscription_state (state),
  state_reason text,
  time_zone text not null,
  anchor_at timestamptz not null,
  anchor_n int not null,
  period_no int not null,
  period_starts_at timestamptz not null,
  period_ends_at timestamptz not null,
  due_at timestamptz not null,
  grace_until timestamptz,
  failures int not null default 0,
  stopped_at timestamptz,
  trial_told_at timestamptz,
  cancels_at_end boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (portal_id, channel_id),
  foreign key (portal_id, channel_id) references tenancy.channel
) with (fillfactor = 70);
comment on table billing.subscription is
  'What a channel has bought. period_no counts the periods it has begun and never goes back: it is in the key of each charge. The present period ends anchor_n intervals after anchor_at, in time_zone. due_at: when something is to be done (infinity: nothing). stopped_at: since when it is paused or suspended; next_plan_id counts from the period''s end. trial_told_at: when people were told that the trial ends.';
create index subscription_plan on billing.subscription (plan_id);
create index subscription_next_plan on billing.subscription (next_plan_id);
create index subscription_state_fk on billing.subscription (state);
create index subscription_due on billing.subscription (due_at) where due_at < 'infinity';
create index subscription_trial on billing.subscription (period_ends_at) where state = 'trialing' and trial_told_at is null;

create table billing.subscription_event (
  portal_id uuid not null,
  channel_id uuid not null,
  event_id uuid not null,
  at timestamptz not null,
  event text not null,
  from_state text,
  to_state text not null,
  reason text,
  actor text not null,
  plan_id uuid not null references billing.plan,
  period_no int not null,
  period_ends_at timestamptz not null,
  amount billing.micros not null default 0,
  currency text not null,
  key text,
  primary key (portal_id, channel_id, event_id),
  foreign key (portal_id, channel_id) references billing.subscription
);
comment on table billing.subscription_event is
  'Everything that happened to a subscription: when, why, by whom (a user id, or the part of the system), and what was charged under which business key of the ledger.';
create index subscription_event_plan on billing.subscription_event (plan_id);

create type billing.renewal as (
  subscription billing.subscription, step text, reason text, amount bigint, key text, currency text, detail jsonb
);
comment on type billing.renewal is 'A subscription that is due on its way through billing.renew_due().';

create type billing.plan_change as (
  subscription billing.subscription, event text, takes_effect_at timestamptz, amount bigint, plan billing.plan
);
comment on type billing.plan_change is
  'A change of plan, decided: the subscription as it will stand, which event it is, when it counts and what is paid now.';
