-- The portals that have something due in this direction: lanes (in, out) or notices (notice; of installed portals,
-- the others cannot be told). For the worker, every 100 ms while busy. Walks one index, portal by portal. Locks nothing.
create or replace function messaging.portals_with_work(p_direction text) returns setof uuid
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if p_direction = 'notice' then
    return query
      with recursive walk as (
        (select n.portal_id from messaging.notice n where n.due_at <= v_now order by n.portal_id, n.due_at limit 1)
        union all
        select (select n.portal_id from messaging.notice n
                 where n.portal_id > w.portal_id and n.due_at <= v_now order by n.portal_id, n.due_at limit 1)
          from walk w where w.portal_id is not null)
      select w.portal_id from walk w
        join tenancy.portal o on o.portal_id = w.portal_id and o.state = 'installed';
  else
    return query
      with recursive walk as (
        (select l.portal_id from messaging.lane l
          where l.direction = p_direction and l.next_at <= v_now and l.next_at < 'infinity' order by l.portal_id limit 1)
        union all
        select (select l.portal_id from messaging.lane l
                 where l.portal_id > w.portal_id and l.direction = p_direction and l.next_at <= v_now and l.next_at < 'infinity'
                 order by l.portal_id limit 1)
          from walk w where w.portal_id is not null)
      select w.portal_id from walk w where w.portal_id is not null;
  end if;
end
$$;
comment on function messaging.portals_with_work(text) is
  'Platform. Portals with due lanes (in, out) or notices (notice).';
grant execute on function messaging.portals_with_work(text) to whatsappb24_worker;
