-- Differences of all portals, the ones found last first: for the provider's staff (permission money.view at the door). p_kind: one kind
-- only; p_portal_id: one portal only; p_after: the last one seen; p_limit at most 500. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.all_differences(
  p_kind text default null, p_portal_id uuid default null, p_after uuid default null, p_limit int default 50)
returns table (
  difference_id uuid, kind text, at timestamptz, portal_id uuid, domain text, customer_id uuid, customer text, message_id uuid,
  channel_id uuid, channel text, said jsonb, charged jsonb, found_at timestamptz)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 500 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select d.difference_id, d.kind, d.at, d.portal_id, p.domain, p.customer_id, u.trade_name, d.message_id, d.channel_id,
           coalesce(h.name || ' · ' || h.phone, ''), d.said, d.charged, d.found_at
      from billing.difference d
      join tenancy.portal p on p.portal_id = d.portal_id
      left join tenancy.customer u on u.customer_id = p.customer_id
      left join tenancy.channel h on h.portal_id = d.portal_id and h.channel_id = d.channel_id
     where (p_after is null or d.difference_id < p_after) and (p_kind is null or d.kind = p_kind)
       and (p_portal_id is null or d.portal_id = p_portal_id)
     order by d.difference_id desc
     limit p_limit;
end
$$;
comment on function billing.all_differences(text, uuid, uuid, int) is
  'Platform. Differences between Gupshup''s billing and our charges in all portals, for the provider''s staff.';
grant execute on function billing.all_differences(text, uuid, uuid, int) to whatsappb24_api;
