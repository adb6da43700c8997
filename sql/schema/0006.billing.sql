-- billing: what a message costs. A charge is a row: it is the hold, the idempotency and the statement's line.
set local role whatsappb24_owner;

create domain billing.micros as bigint;
comment on domain billing.micros is 'An amount in millionths of a currency unit.';

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
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  price billing.micros not null check (price >= 0),
  held billing.micros not null check (held >= 0),
  state text not null check (state in ('held', 'captured', 'released', 'reversed')),
  n int not null default 1,
  hold_until timestamptz not null,
  changed_at timestamptz not null,
  primary key (portal_id, message_id)
) with (fillfactor = 70);
comment on table billing.charge is
  'One row per chargeable message, kept as long as the ledger. price and held in millionths of currency; n counts its steps. The price is zero until a tariff names one.';
create index charge_hold on billing.charge (hold_until) where state = 'held';
