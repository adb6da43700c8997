-- billing: top-ups that repeat by themselves at the provider (a subscription there), as a customer ordered them.
--
--   The intent is a payment of kind scheduled; each period's money is a payment of its own below it (billing.payment.parent_id). What
--   stands here is how the order stands at the provider, what it is for, and that it is to end there.
set local role whatsappb24_owner;

create table billing.payment_schedule (
  portal_id uuid not null,
  payment_id uuid not null,
  channel_id uuid,
  state text not null default 'pending' check (state in ('pending', 'active', 'past_due', 'paused', 'cancelled')),
  paid_until timestamptz,
  cancelled_by text,
  cancel_asked_at timestamptz,
  failure text,
  due_at timestamptz not null default 'infinity',
  tries int not null default 0,
  changed_at timestamptz not null,
  primary key (portal_id, payment_id),
  foreign key (portal_id, payment_id) references billing.payment,
  foreign key (portal_id, channel_id) references billing.subscription
);
comment on table billing.payment_schedule is
  'A top-up that repeats by itself at the provider. channel_id: whose subscription its money renews; state: as the provider says (pending: nobody agreed yet); due_at: when the worker takes its end to the provider (infinity: nothing to do).';
create index payment_schedule_channel on billing.payment_schedule (portal_id, channel_id);
create index payment_schedule_due on billing.payment_schedule (due_at) where due_at < 'infinity';
