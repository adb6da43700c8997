-- billing: letters to customers about their money. Receipts and what people must hear, where the house has a mail server.
set local role whatsappb24_owner;

create table billing.mail (
  portal_id uuid not null references tenancy.portal,
  mail_id uuid not null,
  key text not null,
  kind text not null check (kind in (
    'receipt', 'invoice', 'credit_note', 'debit_note', 'low_balance', 'recharge_declined', 'recharge_stopped', 'recharge_cap',
    'trial_ends', 'subscription_grace', 'subscription_suspended', 'subscription_resumed')),
  document_id uuid,
  detail jsonb not null default '{}',
  state text not null default 'waits' check (state in ('waits', 'sent', 'failed', 'moot')),
  state_reason text,
  recipients text[] not null default '{}',
  at timestamptz not null,
  expires_at timestamptz not null,
  due_at timestamptz not null,
  token bigint not null default 0,
  tries int not null default 0,
  primary key (portal_id, mail_id),
  unique (portal_id, key),
  foreign key (portal_id, document_id) references billing.document
) with (fillfactor = 50);
comment on table billing.mail is
  'Letters to the customer''s contacts: one per document and per alert (key). Written in the transaction of what they tell, sent by whoever has a mail server. moot: nobody to write to, or too late to be worth telling. due_at is also the lease of who sends it; recipients: to whom it was handed over last.';
create index mail_due on billing.mail (due_at) where state = 'waits';
create index mail_at on billing.mail (at);
create index mail_document on billing.mail (portal_id, document_id);
