-- Portals whose company is due to be read, each for this caller for ten minutes: if nothing is kept by then
-- (tenancy.keep_directory), somebody else begins anew; a reading that is done twice does no harm. A portal that is not
-- installed is passed over for a day. For the worker. Locks the claimed rows of the readings, passing over locked ones.
create or replace function tenancy.claim_directories(p_limit int default 5) returns table (portal_id uuid)
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with due as (
      select r.portal_id from tenancy.directory_reading r
       where r.due_at <= v_now
       order by r.due_at limit p_limit for update skip locked),
    claimed as (
      update tenancy.directory_reading r
         set due_at = v_now + case p.state when 'installed' then interval '10 minutes' else interval '1 day' end
        from due
        join tenancy.portal p on p.portal_id = due.portal_id
       where r.portal_id = due.portal_id
      returning r.portal_id, p.state)
    select c.portal_id from claimed c where c.state = 'installed';
end
$$;
comment on function tenancy.claim_directories(int) is 'Platform. Portals whose people, departments and lines are due to be read.';
grant execute on function tenancy.claim_directories(int) to whatsappb24_worker;
