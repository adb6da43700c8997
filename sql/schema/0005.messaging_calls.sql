-- messaging: rows in flight inside one call. A batch function reads its JSON into these once, and hands them on.
set local role whatsappb24_owner;

create type messaging.incoming as (
  item int, outcome text, reason text,
  portal_id uuid, channel_id uuid, key text, wa_id text, bsuid text, name text, kind text, text text,
  media jsonb, payload jsonb, context_key text, said_at timestamptz, raw int,
  contact_id uuid, conversation_id uuid, message_id uuid, seq bigint
);
comment on type messaging.incoming is 'An item of messaging.receive() on its way through the call.';

create type messaging.outgoing as (
  item int, outcome text, reason text, detail jsonb,
  portal_id uuid, source text, key text, part int, parts int, channel_id uuid, conversation_id uuid,
  author text, kind text, text text, media jsonb, payload jsonb, said_at timestamptz, raw int, sort bigint,
  origin_id uuid, message_id uuid, seq bigint
);
comment on type messaging.outgoing is 'A part of an item of messaging.submit() on its way through the call.';

create type messaging.evidence as (
  item int, portal_id uuid, channel_id uuid, message_id uuid, event text, said_at timestamptz,
  code text, reason text, policy text, detail jsonb, raw_id uuid, turn int
);
comment on type messaging.evidence is 'An event about a message on its way up the ladder (messaging.climb).';

create type messaging.settling as (
  item int, portal_id uuid, channel_id uuid, conversation_id uuid, message_id uuid, direction text, number int,
  token bigint, is_superseded boolean, recorded text, keys jsonb, chat_id text, session_id text, code text, reason text,
  policy text, retry_after_s numeric
);
comment on type messaging.settling is 'An item of messaging.settle() on its way through the call.';

create type messaging.reporting as (
  item int, outcome text, trouble text, portal_id uuid, channel_id uuid, gs text, wa text, destination text,
  message_id uuid, event text, said_at timestamptz, code text, said text, policy text, alias jsonb, pricing jsonb, raw int
);
comment on type messaging.reporting is 'An item of messaging.apply_receipts() on its way through the call.';
