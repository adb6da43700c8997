-- The ground everything stands on: roles, schemas, time, ids, partitions.
--
-- WhatsAppB24 keeps its state and its decisions in four schemas:
--   tenancy    who: portals, their tokens and users, channels, permissions
--   messaging  what is said: contacts, conversations, messages, lanes, attempts, receipts
--   billing    what it costs: charges (wallet, tariffs and plans join them)
--   trace      what happened: the log, the error table, the proofs
--
-- Tables are private to whatsappb24_owner, which cannot log in. The service's login roles may execute the
-- functions they need and touch no table. BI logs in with a role granted whatsappb24_reader and sees views
-- filtered by tenancy.reader_grant. Roles belong to the cluster, so they are created only if absent.

do $$
declare
  v_role text;
begin
  foreach v_role in array array['whatsappb24_owner', 'whatsappb24_reader']
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
      execute format('create role %I nologin', v_role);
    end if;
  end loop;
  foreach v_role in array array['whatsappb24_api', 'whatsappb24_worker', 'whatsappb24_trace']
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
      execute format('create role %I login', v_role);
    end if;
  end loop;
  if not pg_catalog.pg_has_role(current_user, 'whatsappb24_owner', 'set') then
    execute format('grant whatsappb24_owner to %I', current_user);
  end if;
  execute format('grant create, connect, temporary on database %I to whatsappb24_owner', current_database());
  execute format(
    'grant connect on database %I to whatsappb24_api, whatsappb24_worker, whatsappb24_trace, whatsappb24_reader',
    current_database());
  -- A log line may be lost in a crash, money and messages may not: asynchronous commit is set on this role
  -- only, because a function setting would have no effect at commit.
  if exists (select from pg_catalog.pg_roles where rolname = current_user and rolsuper)
     or pg_catalog.pg_has_role(current_user, 'whatsappb24_trace', 'member with admin option') then
    alter role whatsappb24_trace set synchronous_commit = off;
  end if;
  -- The age of the oldest snapshot, whoever holds it, is a metric (trace.gauges): a snapshot held open cuts every queue.
  if exists (select from pg_catalog.pg_roles where rolname = current_user and rolsuper)
     or pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'member with admin option') then
    grant pg_read_all_stats to whatsappb24_owner;
  end if;
  alter role whatsappb24_reader set statement_timeout = '60s';
  alter role whatsappb24_reader set idle_in_transaction_session_timeout = '60s';
end
$$;

set local role whatsappb24_owner;

create schema tenancy;
create schema messaging;
create schema billing;
create schema trace;
comment on schema tenancy is 'Who: portals, tokens, users, channels and permissions.';
comment on schema messaging is 'What is said: contacts, conversations, messages, lanes, attempts and receipts.';
comment on schema billing is 'What it costs: charges.';
comment on schema trace is 'What happened: the log, the error table and the proofs that nothing is lost.';

-- Only the global form keeps PUBLIC out; the IN SCHEMA form does nothing.
alter default privileges revoke execute on functions from public;

grant usage on schema tenancy, messaging, billing, trace to whatsappb24_api, whatsappb24_worker, whatsappb24_reader;
grant usage on schema trace to whatsappb24_trace;

-- Time -----------------------------------------------------------------------------------------------------

-- What is parsed when it is made (`return …`) needs no search_path of its own, and PostgreSQL writes it into the statement
-- that calls it only where it sets none: a clock and an id a row must cost nothing.
create function tenancy.now() returns timestamptz
language sql volatile parallel safe
return pg_catalog.clock_timestamp();
comment on function tenancy.now() is
  'The only clock of the system. Functions read it once. The test loader replaces the body by a settable one; doctor refuses that body.';

-- The service asks it whether the database answers at all.
grant execute on function tenancy.now() to whatsappb24_api, whatsappb24_worker;

-- Ids ------------------------------------------------------------------------------------------------------

-- No id is a secret: rights are asked of portal, user and role, and what opens a door has a digest of its own. So ids need
-- not ask the kernel for randomness, which costs more than the row that they name (uuidv7(): 3 to 14 µs, this: 0.6).
create sequence tenancy.id_count cache 1000 cycle;
comment on sequence tenancy.id_count is 'Orders the ids that one session gives out in one millisecond, and keeps them apart.';
revoke all on sequence tenancy.id_count from public;

create function tenancy.id_at(p_at timestamptz) returns uuid
language sql volatile
return pg_catalog.encode(
  pg_catalog.int8send(
    (pg_catalog.floor(extract(epoch from p_at) * 1000)::bigint << 16)
    | (28672 + (extract(microseconds from p_at)::bigint % 1000) * 4096 / 1000))
  || pg_catalog.int8send(
    (-9223372036854775808)::bigint | ((pg_catalog.nextval('tenancy.id_count') & 1073741823) << 32)
    | pg_catalog.floor(pg_catalog.random() * 4294967296)::bigint),
  'hex')::uuid;
comment on function tenancy.id_at(timestamptz) is
  'A new UUIDv7 of the given instant, ordered to the microsecond and within a session by the count. For tests that own time.';

create function tenancy.new_id() returns uuid
language sql volatile
return pg_catalog.encode(
  pg_catalog.int8send((pg_catalog.floor(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint << 16) | 28672)
  || pg_catalog.int8send(
    (-9223372036854775808)::bigint | ((pg_catalog.nextval('tenancy.id_count') & 1073741823) << 32)
    | pg_catalog.floor(pg_catalog.random() * 4294967296)::bigint),
  'hex')::uuid;
comment on function tenancy.new_id() is
  'The only source of ids: UUIDv7 of the millisecond, then a count (30 bits, rising in a session) and 32 random bits. Unique in a database, ordered in a session; not a secret.';

create function tenancy.id_floor(p_at timestamptz) returns uuid
language sql immutable parallel safe
return pg_catalog.encode(
  substring(pg_catalog.int8send(pg_catalog.floor(extract(epoch from p_at) * 1000)::bigint) from 3)
  || '\x00000000000000000000'::bytea,
  'hex')::uuid;
comment on function tenancy.id_floor(timestamptz) is
  'The lowest id that tenancy.new_id() can give at that instant: turns a time range into an id range, so that partitions are pruned.';

create function tenancy.id_time(p_id uuid) returns timestamptz
language sql immutable parallel safe
return pg_catalog.to_timestamp(
  ('x' || pg_catalog.lpad(substring(pg_catalog.replace(p_id::text, '-', '') from 1 for 12), 16, '0'))::bit(64)::bigint
  / 1000.0);
comment on function tenancy.id_time(uuid) is 'The instant (to the millisecond) at which an id was given out.';

-- Partitions -----------------------------------------------------------------------------------------------

create table tenancy.partitioned_table (
  table_name text primary key,
  every text not null check (every in ('day', 'month')),
  keep_for interval,
  fillfactor int not null default 100
);
comment on table tenancy.partitioned_table is
  'Tables range-partitioned by a UUIDv7 id. keep_for null: kept for ever. Partitions are made ahead by tenancy.ensure_partitions().';
