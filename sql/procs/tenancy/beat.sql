-- A living API process says so, every few seconds, under a name that no later process has. One that fell silent for
-- 15 seconds without a farewell (tenancy.end_beating) was killed, and what it was being told died with it: Bitrix24
-- repeats no event, even if another process was there a moment later. The same holds where a process begins and finds
-- nobody there. Then every installed portal's reconciliation (which reads the history of recent dialogs) becomes due,
-- spread over a minute. Returns how many portals. Locks the heartbeat rows, then the portal rows in the order of
-- their key.
create or replace function tenancy.beat(p_process text) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_missed boolean;
  v_count int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('tenancy.beat', 0));
  delete from tenancy.heartbeat h where h.beat_at < v_now - interval '15 seconds';
  v_missed := found or not exists (select from tenancy.heartbeat h);
  insert into tenancy.heartbeat (process, beat_at) values (left(p_process, 100), v_now)
  on conflict (process) do update set beat_at = excluded.beat_at;
  if v_missed then
    perform 1 from tenancy.portal p where p.state = 'installed' order by p.portal_id for no key update;
    update tenancy.portal p
       set repair_at = least(p.repair_at, v_now + random() * interval '1 minute' * least(1, (
             select count(*) from tenancy.portal o where o.state = 'installed') / 50.0))
     where p.state = 'installed';
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end
$$;
comment on function tenancy.beat(text) is
  'Platform. A living API process says so; after a silent death every installed portal''s history is due to be read. Returns how many.';
grant execute on function tenancy.beat(text) to whatsappb24_api;
