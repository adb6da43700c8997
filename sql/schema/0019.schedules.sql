-- billing: top-ups that repeat by themselves at the provider (a subscription there), as a customer ordered them.
--
--   The intent is a payment of kind scheduled; each period's money is a payment of its own below it (billing.payment.parent_id). What
--   stands here is how the order stands at the provider, what it is for, and that it is to end there; and what of its money is kept
--   for the next period of the subscription that it renews.
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

create table billing.reservation (
  portal_id uuid not null,
  payment_id uuid not null,
  channel_id uuid not null,
  amount billing.micros not null check (amount > 0),
  held billing.micros not null check (held between 0 and amount),
  state text not null default 'held' check (state in ('held', 'used', 'released')),
  reserved_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (portal_id, payment_id),
  foreign key (portal_id, payment_id) references billing.payment,
  foreign key (portal_id, channel_id) references billing.subscription,
  check (state = 'held' or held = 0)
);
comment on table billing.reservation is
  'What a repeating top-up keeps in the wallet for the next period of the subscription that it renews: held is what is left of amount, counted in wallet.held. used: a renewal took it; released: the subscription ended or was paused, or the payment was taken back.';
create index reservation_channel on billing.reservation (portal_id, channel_id);
