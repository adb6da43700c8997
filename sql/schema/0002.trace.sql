-- trace: the error table that maps every refusal, and the log.
set local role whatsappb24_owner;

create table trace.error_code (
  reason text primary key check (reason ~ '^[a-z][a-z0-9_]*$'),
  sqlstate text not null check (sqlstate ~ '^WB[0-9]{3}$'),
  http_status smallint not null check (http_status between 400 and 599),
  who_acts text not null check (who_acts in ('nobody', 'operator', 'administrator', 'provider', 'developer')),
  retry boolean not null default false,
  message text not null,
  hint text not null,
  text_key text not null generated always as ('error.' || reason) stored,
  check (sqlstate = 'WB' || http_status::text)
);
comment on table trace.error_code is
  'Every reason for which a function refuses: SQLSTATE (WB + HTTP status), who must act, whether the same call may be repeated, the English text, and the key of its translations.';

create table trace.log (
  portal_id uuid not null default '00000000-0000-0000-0000-000000000000',
  log_id uuid not null,
  level text not null check (level in ('INFO', 'WARN', 'ERROR')),
  event text not null,
  direction text check (direction in ('in', 'out')),
  party text,
  method text,
  status int,
  duration_ms numeric(12, 3),
  channel_id uuid,
  conversation_id uuid,
  message_id uuid,
  correlation_id text,
  summary text,
  request jsonb,
  response jsonb,
  primary key (portal_id, log_id)
) partition by range (log_id);
comment on table trace.log is
  'One row per HTTP request served, per refused or failed SQL function and per exchange with the outside, redacted. portal_id is the zero id where no portal is known. The instant is tenancy.id_time(log_id).';
create table trace.log_default partition of trace.log default;
create index log_message on trace.log (portal_id, message_id) where message_id is not null;
create index log_correlation on trace.log (correlation_id) where correlation_id is not null;
create index log_trouble on trace.log (portal_id, level, log_id) where level <> 'INFO';

insert into tenancy.partitioned_table (table_name, every, keep_for) values ('trace.log', 'day', interval '30 days');
