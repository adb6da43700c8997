-- billing: the evidence of payments, and what comes of it: refunds, disputes, saved methods, documents.
set local role whatsappb24_owner;

create table billing.evidence_kind (
  kind text primary key,
  rank smallint not null unique,
  meaning text not null
);
comment on table billing.evidence_kind is 'What a provider''s evidence says of money, and in which order evidence of one payment is posted.';
insert into billing.evidence_kind (kind, rank, meaning) values
  ('topup',              1, 'money came: clearing to wallet and tax'),
  ('fee',                2, 'what the provider kept: our expense'),
  ('refund',             3, 'money went back: wallet and tax to clearing; what the wallet lacks is owed'),
  ('refund_failed',      4, 'a refund came back to us: the refund is reversed'),
  ('dispute_opened',     5, 'a case was opened; no money moved'),
  ('dispute_withdrawn',  6, 'the provider took the money of a case'),
  ('dispute_reinstated', 7, 'the provider gave it back'),
  ('dispute_closed',     8, 'the case is decided'),
  ('declined',           9, 'an attempt ended without money');

create table billing.evidence (
  portal_id uuid not null,
  business_key text not null,
  payment_id uuid not null,
  provider text not null,
  kind text not null references billing.evidence_kind,
  amount billing.micros not null check (amount >= 0),
  tax billing.micros not null check (tax between 0 and amount),
  fee billing.micros not null check (fee >= 0),
  currency text not null,
  ids jsonb not null,
  reason text,
  retry text check (retry in ('never', 'later')),
  status text,
  due_by timestamptz,
  at timestamptz not null,
  received_at timestamptz not null,
  state text not null default 'waits' check (state in ('waits', 'posted', 'moot')),
  tax_part billing.micros not null default 0,
  bonus_part billing.micros not null default 0,
  primary key (portal_id, business_key),
  foreign key (portal_id, payment_id) references billing.payment
);
comment on table billing.evidence is
  'What was read from a provider of the money of a payment, once per business key. waits: what it builds on is not posted yet; moot: it says nothing any more (a refund that failed before we heard of it). tax_part, bonus_part: how much of tax and bonus it took back.';
create index evidence_payment on billing.evidence (portal_id, payment_id);
create index evidence_kind_fk on billing.evidence (kind);

create table billing.refund (
  portal_id uuid not null,
  refund_id uuid not null,
  payment_id uuid not null,
  key text not null,
  amount billing.micros not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('proposed', 'rejected', 'asked', 'succeeded', 'failed')),
  reason text not null check (length(reason) between 1 and 500),
  actor text not null,
  decided_by text,
  decided_at timestamptz,
  business_key text,
  failure text,
  asked_at timestamptz not null,
  changed_at timestamptz not null,
  due_at timestamptz not null default 'infinity',
  tries int not null default 0,
  primary key (portal_id, refund_id),
  unique (portal_id, key),
  foreign key (portal_id, payment_id) references billing.payment,
  check (decided_by is null or decided_by <> actor or state = 'rejected')
);
comment on table billing.refund is
  'Each refund: asked for by our staff, or made at the provider (actor: the provider). proposed: above billing.currency.second_eyes_above it waits for a second person. refund_id is the provider''s idempotency key; business_key its evidence; failure the provider''s last code. due_at: when the worker asks the provider next, and the lease of who asks; infinity: he has taken it, or nothing is left to ask.';
create index refund_payment on billing.refund (portal_id, payment_id);
create index refund_newest on billing.refund (refund_id);
create index refund_due on billing.refund (due_at) where due_at < 'infinity';

create table billing.dispute (
  portal_id uuid not null,
  dispute_key text not null,
  payment_id uuid not null,
  amount billing.micros not null,
  currency text not null,
  state text not null check (state in ('open', 'closed')),
  status text,
  reason text,
  due_by timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (portal_id, dispute_key),
  foreign key (portal_id, payment_id) references billing.payment
);
comment on table billing.dispute is
  'Each case against a payment, with the instant until which the provider takes evidence. While one is open the portal is not recharged automatically.';
create index dispute_payment on billing.dispute (portal_id, payment_id);
create index dispute_open on billing.dispute (due_by) where state = 'open';

create table billing.payment_method (
  portal_id uuid not null references billing.wallet,
  method_id uuid not null,
  provider text not null references billing.provider,
  reference_digest bytea not null check (length(reference_digest) = 32),
  reference_sealed bytea not null,
  label text not null,
  expires text check (expires ~ '^[0-9]{4}-[0-9]{2}$'),
  is_usable boolean not null default true,
  saved_at timestamptz not null,
  primary key (portal_id, method_id),
  unique (portal_id, provider, reference_digest)
);
comment on table billing.payment_method is
  'A card that a customer saved at a provider: the provider''s reference, sealed, and what a person recognises. No card data.';
create index payment_method_provider on billing.payment_method (provider);

create type billing.proof as (
  item int, outcome text, reason text, detail jsonb,
  portal_id uuid, payment_id uuid, provider text, business_key text, kind text, amount bigint, tax bigint, fee bigint, currency text,
  ids jsonb, because text, retry text, status text, due_by timestamptz, at timestamptz, livemode boolean
);
comment on type billing.proof is 'An item of billing.settle_payment() on its way through the call; because becomes the evidence''s reason.';

-- Documents -----------------------------------------------------------------------------------------------------------

create table billing.issuer (
  issuer text primary key check (issuer ~ '^[a-z][a-z0-9_]{0,19}$'),
  facts jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null
);
comment on table billing.issuer is
  'Who issues documents: {legal_name, tax_id_type, tax_id, address, email, web}. Its row is the lock of its numbers.';
insert into billing.issuer (issuer, facts, changed_by, changed_at)
values ('main', '{"legal_name": "WhatsAppB24"}', 'system', tenancy.now());

create table billing.issuer_change (
  change_id uuid primary key,
  issuer text not null references billing.issuer,
  actor text not null,
  before jsonb not null,
  after jsonb not null,
  changed_at timestamptz not null
);
comment on table billing.issuer_change is
  'Who changed what of who issues documents: its facts, or the prefix of a series, before and after.';
create index issuer_change_issuer on billing.issuer_change (issuer);

create table billing.document_series (
  issuer text not null references billing.issuer,
  kind text not null check (kind in ('receipt', 'invoice', 'credit_note', 'debit_note')),
  prefix text not null,
  last_number bigint not null default 0,
  primary key (issuer, kind)
);
comment on table billing.document_series is
  'The numbers of each kind of document: given out in the transaction that issues it, so that none is missing.';
insert into billing.document_series (issuer, kind, prefix) values
  ('main', 'receipt', 'R-'), ('main', 'invoice', 'F-'), ('main', 'credit_note', 'NC-'), ('main', 'debit_note', 'ND-');

create table billing.document (
  portal_id uuid not null references billing.wallet,
  document_id uuid not null,
  issuer text not null,
  kind text not null,
  number bigint not null check (number > 0),
  name text not null,
  key text not null,
  payment_id uuid,
  related_id uuid,
  currency text not null,
  net billing.micros not null,
  tax billing.micros not null,
  total billing.micros not null,
  language text not null,
  content jsonb not null,
  issued_at timestamptz not null,
  primary key (portal_id, document_id),
  unique (portal_id, key),
  foreign key (issuer, kind) references billing.document_series,
  foreign key (portal_id, payment_id) references billing.payment,
  foreign key (portal_id, related_id) references billing.document,
  check (total = net + tax)
);
comment on table billing.document is
  'Receipts (per payment), invoices (per period), credit notes (per refund or withdrawal) and debit notes (a refund that came back). content is frozen when it is issued: issuer, customer with his tax id, payment. key: it is issued once. related_id: the document it corrects.';
create unique index document_number on billing.document (issuer, kind, number);
create index document_payment on billing.document (portal_id, payment_id);
create index document_related on billing.document (portal_id, related_id);

create table billing.document_line (
  portal_id uuid not null,
  document_id uuid not null,
  line int not null,
  what text not null,
  detail jsonb not null default '{}',
  quantity bigint not null default 1 check (quantity >= 0),
  amount billing.micros not null,
  primary key (portal_id, document_id, line),
  foreign key (portal_id, document_id) references billing.document
);
comment on table billing.document_line is
  'The lines of a document: what is a text key (topup, bonus, messages, subscription, refund …), detail its figures; amount net of tax.';
create table billing.invoiced_month (
  portal_id uuid not null references billing.wallet,
  month date not null check (extract(day from month) = 1),
  document_id uuid,
  primary key (portal_id, month),
  foreign key (portal_id, document_id) references billing.document
);
comment on table billing.invoiced_month is
  'The months of a portal''s zone that were invoiced; without a document: nothing was used in it.';
create index invoiced_month_document on billing.invoiced_month (portal_id, document_id);

-- A foreign key locks the row that it points at, which takes the right to update one column of it.
revoke update, delete, truncate on billing.document, billing.document_line from whatsappb24_owner;
grant update (related_id) on billing.document to whatsappb24_owner;
