-- Empties the requests and answers that the log kept of a removed channel and its conversations, a page of the portal's
-- log a call; goes on to the rest after the last. Returns how many lines were looked at. For tenancy.erase_due, which
-- holds the erasure's row.
create or replace function tenancy.erase_log(p_portal_id uuid, p_channel_id uuid, p_limit int) returns int
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  v_lines uuid[];
begin
  v_lines := array(
    select l.log_id
      from tenancy.erasure e
     cross join lateral (
       select x.log_id from trace.log x
        where x.portal_id = e.portal_id and x.log_id > e.after_id
        order by x.log_id
        limit p_limit) l
     where e.portal_id = p_portal_id and e.channel_id = p_channel_id
     order by l.log_id);
  update trace.log l
     set request = null, response = null
   where l.portal_id = p_portal_id and l.log_id = any (v_lines)
     and (l.request is not null or l.response is not null)
     and (l.channel_id = p_channel_id
          or l.conversation_id in (
            select c.conversation_id from messaging.conversation c
             where c.portal_id = p_portal_id and c.channel_id = p_channel_id));
  update tenancy.erasure e
     set after_id = coalesce(v_lines[cardinality(v_lines)], e.after_id),
         step = case when cardinality(v_lines) < p_limit then 'rest' else e.step end
   where e.portal_id = p_portal_id and e.channel_id = p_channel_id;
  return cardinality(v_lines);
end
$$;
comment on function tenancy.erase_log(uuid, uuid, int) is
  'Internal. Empties what the log kept of a removed channel, a page a call; returns how many lines it looked at.';
