-- The settable clock: tests own time. Loaded into test databases only; doctor refuses a database that has it.
-- Without a setting it is the real clock, so that the same database serves tests against running processes.
create or replace function tenancy.now() returns timestamptz
language sql volatile parallel safe
return coalesce(
  nullif(pg_catalog.current_setting('whatsappb24.now', true), '')::timestamptz, pg_catalog.clock_timestamp());

-- Ids follow the same clock, so that partitions and time agree.
create or replace function tenancy.new_id() returns uuid
language sql volatile
return tenancy.id_at(
  coalesce(nullif(pg_catalog.current_setting('whatsappb24.now', true), '')::timestamptz, pg_catalog.clock_timestamp()));
