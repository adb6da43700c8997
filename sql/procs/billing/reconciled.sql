-- How far the reconciliation of a time is: messages of which Gupshup said something, how many of them are compared, how many still
-- wait, and how many differences there are of each kind. p_from, p_to: at most 100 days. Needs billing.view. Raises WB403 permission,
-- WB400 malformed_call. Reads what was said in the range. Locks nothing.
create or replace function billing.reconciled(p_portal_id uuid, p_user_id text, p_from timestamptz, p_to timestamptz)
returns table (said bigint, compared bigint, waiting bigint, differences jsonb)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if p_from is null or p_to is null or p_to - p_from > interval '100 days' then
    perform trace.refuse('malformed_call', '{"argument": "p_from, p_to"}');
  end if;
  return query
    select b.said, b.said - b.waiting, b.waiting, d.differences
      from (
        select count(*) as said,
               count(*) filter (
                 where x.looks = 0 or x.message_id is null and x.at > v_now - interval '1 day' or c.state = 'held') as waiting
          from billing.billed x
          left join billing.charge c on c.portal_id = x.portal_id and c.message_id = x.message_id
         where x.portal_id = p_portal_id and x.at >= p_from and x.at < p_to) b
     cross join (
       select coalesce(jsonb_object_agg(k.kind, k.count), '{}') as differences
         from (select y.kind, count(*) as count from billing.difference y
                where y.portal_id = p_portal_id and y.at >= p_from and y.at < p_to group by y.kind) k) d;
end
$$;
comment on function billing.reconciled(uuid, text, timestamptz, timestamptz) is
  'Tenant. How far the reconciliation with Gupshup''s billing is, and how many differences there are of each kind.';
grant execute on function billing.reconciled(uuid, text, timestamptz, timestamptz) to whatsappb24_api;
