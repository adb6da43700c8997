-- billing: money that comes in. Providers and what they can do; payments (the intent before the provider is called), the
-- provider's events as they came, the evidence that was read for them, refunds, disputes and saved methods.
--
--   An event is a signal. What is booked is evidence: the truth of an object, read from the provider afterwards. Evidence is
--   kept once per business key, belongs to one payment, and is posted when what it builds on has been posted (a refund after
--   its capture, a failure of a refund after the refund). So evidence may come in any order, late and often, and the books
--   end the same. The wallet's row is the lock of all of it (docs/adr/0009).
set local role whatsappb24_owner;

create table billing.provider (
  provider text primary key check (provider ~ '^[a-z]{1,20}$'),
  clearing text not null references billing.account_kind,
  capabilities text[] not null,
  asks_every interval not null default '2 minutes',
  listed_until timestamptz
);
comment on table billing.provider is
  'Who takes money for us: its account in the ledger, what it can do, how long after an intent the reconciler asks it first, and until when its lists of money were read.';
create index provider_clearing on billing.provider (clearing);
insert into billing.provider (provider, clearing, capabilities) values
  ('stripe', 'clearing_stripe', '{topup,subscription,auto_recharge,save_method,portal,partial_refund,pause,cancel_at_period_end}'),
  ('paypal', 'clearing_paypal', '{topup,subscription,partial_refund,pause}');

create table billing.provider_currency (
  provider text not null references billing.provider,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  exponent smallint not null check (exponent between 0 and 3),
  grain billing.micros not null check (grain > 0),
  minimum billing.micros not null,
  in_country_only boolean not null default false,
  primary key (provider, currency)
);
comment on table billing.provider_currency is
  'How a provider writes a currency (decimals), which amounts it can express (multiples of grain) and the least it charges; in_country_only: not offered, payer and merchant must both be there (contracts/payments.md §4.1, §4.2).';
insert into billing.provider_currency (provider, currency, exponent, grain, minimum)
select 'stripe', c.currency, c.exponent, c.grain, coalesce(m.minimum, c.grain)
  from (select unnest(string_to_array('AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD '
                 'CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR '
                 'JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR '
                 'NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD '
                 'TZS UAH USD UYU UZS WST XCD YER ZAR ZMW', ' ')) as currency, 2 as exponent, 10000 as grain
        union all
        select unnest(string_to_array('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', ' ')), 0, 1000000
        union all
        -- Written with two decimals, which must be zero.
        select unnest('{ISK,UGX}'::text[]), 2, 1000000
        union all
        select unnest('{BHD,JOD,KWD,OMR,TND}'::text[]), 3, 10000) c
  left join (values ('USD', 500000), ('EUR', 500000), ('BRL', 500000), ('ARS', 500000), ('COP', 500000), ('CAD', 500000),
                    ('AUD', 500000), ('GBP', 300000), ('MXN', 10000000)) m(currency, minimum) on m.currency = c.currency;
insert into billing.provider_currency (provider, currency, exponent, grain, minimum, in_country_only)
select 'paypal', c.currency, c.exponent, c.grain, c.grain, c.currency in ('BRL', 'CNY', 'MYR')
  from (select unnest(string_to_array('AUD CAD CHF CZK DKK EUR GBP HKD ILS MXN NOK NZD PHP PLN SEK SGD THB USD BRL CNY MYR', ' ')) as currency,
               2 as exponent, 10000 as grain
        union all
        select unnest('{HUF,JPY,TWD}'::text[]), 0, 1000000) c;

create table billing.topup_rule (
  currency text primary key references billing.currency,
  minimum billing.micros not null check (minimum > 0),
  maximum billing.micros not null,
  choices billing.micros[] not null,
  bonus_from billing.micros,
  bonus_percent numeric(5, 2) not null default 0 check (bonus_percent between 0 and 100),
  check (maximum > minimum)
);
comment on table billing.topup_rule is
  'What a person may top up in a currency: least, most, amounts to choose from; and what we add to a top-up of at least bonus_from.';
insert into billing.topup_rule (currency, minimum, maximum, choices)
select v.currency, v.least * 1000000::bigint, v.least * 2000000000::bigint,
       array[v.least * 2000000::bigint, v.least * 5000000::bigint, v.least * 10000000::bigint, v.least * 20000000::bigint]
  from (values ('USD', 5), ('EUR', 5), ('BRL', 25), ('MXN', 100), ('ARS', 5000), ('CLP', 5000), ('COP', 20000), ('PEN', 20),
               ('UYU', 200), ('PYG', 35000), ('BOB', 35), ('CRC', 2500), ('GTQ', 40), ('DOP', 300)) v(currency, least);

-- Payments ---------------------------------------------------------------------------------------------------------

create table billing.payment_state (
  state text primary key,
  is_open boolean not null,
  meaning text not null
);
comment on table billing.payment_state is 'The states of a payment; while one is open, the reconciler asks the provider about it.';
insert into billing.payment_state (state, is_open, meaning) values
  ('created',    true,  'the intent is written; the provider may not know it yet'),
  ('redirected', true,  'the payer has a page of the provider'),
  ('processing', true,  'the provider works on it; no money yet'),
  ('unknown',    true,  'we asked for money and no answer says what became of it'),
  ('succeeded',  false, 'the money came, or the method was saved'),
  ('failed',     false, 'it ended without money'),
  ('cancelled',  false, 'the payer or we gave it up'),
  ('expired',    false, 'nobody paid in time');

create table billing.payment_transition (
  from_state text not null references billing.payment_state (state),
  event text not null,
  to_state text not null references billing.payment_state (state),
  primary key (from_state, event)
);
comment on table billing.payment_transition is
  'The published state machine of a payment. What is not listed changes nothing: it came late. Money that comes always counts.';
create index payment_transition_to_state on billing.payment_transition (to_state);
insert into billing.payment_transition (from_state, event, to_state)
select s.state, e.event, e.to_state
  from billing.payment_state s
 cross join (values ('redirect', 'redirected'), ('process', 'processing'), ('lose', 'unknown'), ('fail', 'failed'),
                    ('cancel', 'cancelled'), ('expire', 'expired')) e(event, to_state)
 where s.is_open
union all
select s.state, 'succeed', 'succeeded' from billing.payment_state s where s.state <> 'succeeded'
union all
-- On an open page the payer may try another card; elsewhere a decline is the end.
select s.state, 'decline', case s.state when 'redirected' then 'redirected' else 'failed' end
  from billing.payment_state s where s.is_open;

create table billing.payment (
  portal_id uuid not null references billing.wallet,
  payment_id uuid not null,
  provider text not null references billing.provider,
  kind text not null check (kind in ('topup', 'recharge', 'scheduled', 'method')),
  key text not null check (length(key) between 1 and 200),
  amount billing.micros not null check (amount >= 0),
  currency text not null references billing.currency,
  every text check (every in ('week', 'month', 'year')),
  state text not null default 'created' references billing.payment_state (state),
  state_reason text,
  actor text not null,
  livemode boolean not null,
  parent_id uuid,
  recharge_id uuid,
  money_object text,
  url text,
  url_expires_at timestamptz,
  method_label text,
  receipt_url text,
  captured billing.micros not null default 0,
  tax billing.micros not null default 0,
  bonus billing.micros not null default 0,
  refunded billing.micros not null default 0,
  disputed billing.micros not null default 0,
  tax_returned billing.micros not null default 0,
  bonus_returned billing.micros not null default 0,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  paid_at timestamptz,
  ask_at timestamptz not null default 'infinity',
  asks int not null default 0,
  primary key (portal_id, payment_id),
  unique (portal_id, key),
  check (kind = 'method' or amount > 0),
  check ((kind = 'scheduled') = (every is not null)),
  check (refunded between 0 and captured and disputed >= 0 and tax between 0 and captured),
  check (tax_returned between 0 and tax and bonus_returned between 0 and bonus)
);
comment on table billing.payment is
  'A payment, written before the provider is called. amount: what the wallet was to get (net of tax); captured: what the payer paid, tax included; bonus: what we added; refunded, disputed: taken back of captured. money_object: where the money is at the provider; a second capture for the same intent, or a period of a scheduled one, is a payment of its own (parent_id). key: the caller''s; the same again is the same payment. ask_at: when the reconciler asks next.';
create unique index payment_money on billing.payment (portal_id, provider, money_object);
create index payment_provider on billing.payment (provider);
create index payment_currency on billing.payment (currency);
create index payment_state_fk on billing.payment (state);
create index payment_pending on billing.payment (portal_id) where state in ('processing', 'unknown');
create index payment_ask on billing.payment (ask_at) where ask_at < 'infinity';
create index payment_newest on billing.payment (payment_id);

create table billing.payment_attempt (
  portal_id uuid not null,
  payment_id uuid not null,
  number int not null,
  idempotency_key text not null,
  begun_at timestamptz not null,
  outcome text check (outcome in ('redirected', 'processing', 'succeeded', 'declined', 'failed', 'cancelled', 'expired', 'unknown')),
  detail jsonb not null default '{}',
  ended_at timestamptz,
  primary key (portal_id, payment_id, number),
  foreign key (portal_id, payment_id) references billing.payment
);
comment on table billing.payment_attempt is
  'Each time the provider was asked for the money of a payment, and the idempotency key it was asked with. While an outcome is not known, no other attempt begins.';

create table billing.payment_return (
  route_digest bytea primary key check (length(route_digest) = 32),
  portal_id uuid not null,
  payment_id uuid not null,
  foreign key (portal_id, payment_id) references billing.payment
);
comment on table billing.payment_return is
  'Which payment a payer comes back from: sha-256 of the opaque id in the return page''s address.';
create index payment_return_payment on billing.payment_return (portal_id, payment_id);

create table billing.provider_object (
  provider text not null references billing.provider,
  object_id text not null check (length(object_id) between 1 and 255),
  kind text not null,
  portal_id uuid not null references billing.wallet,
  payment_id uuid,
  bound_at timestamptz not null,
  primary key (provider, object_id),
  foreign key (portal_id, payment_id) references billing.payment
);
comment on table billing.provider_object is
  'Whose an object of a provider is: bound once, to one portal, before anything is posted. Our payment ids stand here too, as they come back in the provider''s metadata.';
create index provider_object_payment on billing.provider_object (portal_id, payment_id);

create table billing.provider_event (
  provider text not null references billing.provider,
  event_id text not null check (length(event_id) between 1 and 255),
  type text not null,
  version text,
  livemode boolean not null,
  raw bytea not null,
  raw_digest bytea not null,
  headers jsonb not null,
  proven_by text not null,
  created_at timestamptz,
  received_at timestamptz not null,
  seen int not null default 1,
  state text not null default 'new' check (state in ('new', 'processed', 'ignored', 'unmatched', 'failed', 'dismissed')),
  due_at timestamptz not null,
  token bigint not null default 0,
  tries int not null default 0,
  detail jsonb not null default '{}',
  settled_at timestamptz,
  primary key (provider, event_id)
) with (fillfactor = 50);
comment on table billing.provider_event is
  'The inbox: every proven event of a provider, byte by byte, before it was answered; how it was proven; what became of it. unmatched: belongs to nothing of ours; it is tried again for three days, then staff look at it; dismissed: staff said that it needs nothing. due_at is also the lease of who works on it.';
create index provider_event_due on billing.provider_event (due_at) where due_at < 'infinity';
create index provider_event_unmatched on billing.provider_event (received_at) where state in ('unmatched', 'failed', 'dismissed');
create index provider_event_over on billing.provider_event (settled_at) where state in ('processed', 'ignored', 'dismissed');

create table billing.payment_event (
  portal_id uuid not null,
  payment_id uuid not null,
  provider text not null,
  event_id text not null,
  primary key (portal_id, payment_id, provider, event_id),
  foreign key (portal_id, payment_id) references billing.payment,
  foreign key (provider, event_id) references billing.provider_event on delete cascade
);
comment on table billing.payment_event is 'Which events of a provider told something of a payment.';
create index payment_event_event on billing.payment_event (provider, event_id);

create table billing.event_deed (
  deed_id uuid primary key,
  provider text not null,
  event_id text not null,
  deed text not null check (deed in ('replayed', 'assigned', 'dismissed')),
  actor text not null,
  reason text not null check (length(reason) between 3 and 500),
  detail jsonb not null default '{}',
  done_at timestamptz not null
);
comment on table billing.event_deed is
  'What staff did to an event of a provider, and why. It stays when the event itself is not kept any more.';
create index event_deed_event on billing.event_deed (provider, event_id, deed_id);
