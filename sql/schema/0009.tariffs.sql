-- billing: tariffs. What a message costs the customer, and us, by direction, category and destination country.
--
--   A tariff is a line of rate cards, one after the other in time. A card is loaded as a draft, published (from
--   then on it never changes) and retired. A plan names its tariff; where that has no card in force, the tariff
--   'default' counts; where nothing is published, messages cost nothing.
set local role whatsappb24_owner;

create table billing.rate_card (
  card_id uuid primary key,
  tariff text not null default 'default' check (tariff ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null check (length(name) between 1 and 100),
  currency text not null references billing.currency,
  state text not null default 'draft' check (state in ('draft', 'published', 'retired')),
  valid_from timestamptz not null,
  valid_until timestamptz not null default 'infinity',
  created_by text not null,
  created_at timestamptz not null,
  published_by text,
  published_at timestamptz,
  retired_by text,
  retired_at timestamptz,
  check (valid_from <= valid_until)
);
comment on table billing.rate_card is
  'A dated list of prices in one currency, in force from valid_from until (not including) valid_until. Two cards of one tariff and currency are never in force at once (billing.publish_rate_card); a retired card still prices its own time.';
create index rate_card_in_force on billing.rate_card (tariff, currency, valid_from) where state <> 'draft';
create index rate_card_currency on billing.rate_card (currency);

create table billing.rate (
  card_id uuid not null references billing.rate_card,
  direction text not null check (direction in ('in', 'out')),
  category text not null check (category in ('service', 'utility', 'authentication', 'marketing', 'marketing_lite')),
  country text not null check (country ~ '^([A-Z]{2}|\*)$'),
  price billing.micros not null check (price >= 0),
  cost billing.micros not null check (cost >= 0),
  moment text not null check (moment in ('submitted', 'sent', 'delivered')),
  free_per_month int not null default 0 check (free_per_month >= 0),
  surcharge billing.micros not null default 0 check (surcharge >= 0),
  reverse_on_failure boolean not null default true,
  primary key (card_id, direction, category, country)
);
comment on table billing.rate is
  'One price of a card: for a country, or (*) for every other one. free_per_month: how many messages of this row each number sends free in a month of the portal''s zone; surcharge is paid for those as well. moment: what must have happened before the charge is final; reverse_on_failure: a failure afterwards gives it back.';

create table billing.allowance (
  portal_id uuid not null references tenancy.portal,
  channel_id uuid not null,
  kind text not null check (kind in ('free', 'included')),
  period text not null,
  direction text not null,
  category text not null,
  country text not null,
  used int not null default 0 check (used >= 0),
  primary key (portal_id, channel_id, kind, period, direction, category, country)
) with (fillfactor = 50);
comment on table billing.allowance is
  'How many messages a number has sent free. free: of one row of the rate card, period is the month (2026-11) in the portal''s zone; included: in its plan, period is the subscription''s (p12), whatever category and country (*).';

create type billing.pricing as (
  item int, portal_id uuid, channel_id uuid, direction text, category text, country text, count int,
  card_id uuid, currency text, price bigint, surcharge bigint, cost bigint, moment text, reverse_on_failure boolean,
  rate_country text, free_limit int, free_period text, included_limit int, included_period text, reason text
);
comment on type billing.pricing is
  'An item of billing.prices() or billing.quote() on its way through the call: the row of the card that prices it, and the allowances it may use.';

create type billing.quote_line as (line int, direction text, category text, country text, count int, reason text);
comment on type billing.quote_line is 'A line of billing.quote() on its way through the call.';
