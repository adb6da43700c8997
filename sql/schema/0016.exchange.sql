-- billing: what one currency was worth in another, day by day. For reports that add up customers of several
-- currencies (billing.margins); the ledger never looks here.
set local role whatsappb24_owner;

create table billing.exchange_rate (
  currency text not null references billing.currency check (currency <> 'USD'),
  day date not null,
  per_usd numeric(20, 8) not null check (per_usd > 0),
  set_by text not null,
  set_at timestamptz not null,
  primary key (currency, day)
);
comment on table billing.exchange_rate is
  'How many units of a currency one US dollar buys from a day on, until the next one that is known. A day''s rate can be corrected; nothing in the ledger depends on it.';
