-- Wakes listening workers. For a process's alarm, at most once every 50 ms, never inside a transaction of the message
-- path: NOTIFY takes a lock of the whole database at commit. Workers find their work without it.
create or replace function messaging.wake() returns void
language sql volatile security definer
set search_path = ''
as $$
  select pg_catalog.pg_notify('whatsappb24_wake', '')
$$;
comment on function messaging.wake() is 'Platform. Wakes listening workers; a hint only.';
grant execute on function messaging.wake() to whatsappb24_api, whatsappb24_worker;
