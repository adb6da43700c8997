-- messaging: what a portal's automation asks of us, and what it is still to be told.
--
--   A robot of a deal, or the portal's SMS service, calls us once. The call is kept here before it is answered, and acts
--   once however often it comes. The worker then carries the rest, a step at a time, each decided by
--   messaging.claim_automations(): send (find the number, hand the message to messaging.submit), answer (give the robot's
--   workflow its return values), status (tell the SMS service how its message fared). What happens to a message may set the
--   CRM's own automation going as well: step trigger, for the record to which the chat is linked.
set local role whatsappb24_owner;

create table messaging.automation (
  portal_id uuid not null references tenancy.portal,
  automation_id uuid not null,
  kind text not null check (kind in ('robot', 'sms', 'trigger')),
  key text not null check (length(key) between 1 and 200),
  request jsonb not null check (jsonb_typeof(request) = 'object'),
  answer_sealed bytea,
  message_id uuid,
  reason text,
  detail jsonb not null default '{}',
  told text,
  failure jsonb,
  created_at timestamptz not null,
  answer_by timestamptz not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  token bigint not null default 0,
  tries int not null default 0,
  ended_at timestamptz,
  primary key (portal_id, automation_id),
  unique (portal_id, kind, key)
) with (fillfactor = 50);
comment on table messaging.automation is
  'A call of a robot or of the SMS service, or a trigger that the CRM is to be given. key: the portal''s own id of the call (of an event token its digest), its deduplication. answer_sealed: the token that answers the robot''s workflow. message_id: what came of it; reason: why nothing could. told: the last state the portal was told. answer_by: when a waiting workflow is answered at the latest. due_at: when the worker looks at it, infinity while nothing is to be done.';
create index automation_due on messaging.automation (portal_id, due_at) where due_at < 'infinity';
create index automation_message on messaging.automation (portal_id, message_id) where message_id is not null;
create index automation_created on messaging.automation (created_at);
