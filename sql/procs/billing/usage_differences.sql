-- Days of channels whose usage at Gupshup and our charges disagree, the ones that were read first at the end: for the provider's staff (permission
-- money.view at the door). p_portal_id: one portal only; p_after: the usage_id of the last one seen; p_limit at most 500.
-- said and charged: {category: messages}; fees (Gupshup's) and cost (ours; null: our charges are in another currency) in
-- millionths of currency; differs: what disagrees. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.usage_differences(p_portal_id uuid default null, p_after uuid default null, p_limit int default 50)
returns table (
  usage_id uuid, day date, portal_id uuid, domain text, customer_id uuid, customer text, channel_id uuid, channel text, said jsonb,
  charged jsonb, fees bigint, cost bigint, currency text, differs text[], read_at timestamptz)
language plpgsql stable security definer
set search_path = ''
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
    select u.usage_id, u.day, u.portal_id, p.domain, p.customer_id, c.trade_name, u.channel_id, coalesce(h.name || ' · ' || h.phone, ''), u.said,
           u.charged, u.fees::bigint, u.cost::bigint, u.currency, u.differs, u.read_at
      from billing.usage u
      join tenancy.portal p on p.portal_id = u.portal_id
      left join tenancy.customer c on c.customer_id = p.customer_id
      left join tenancy.channel h on h.portal_id = u.portal_id and h.channel_id = u.channel_id
     where u.differs <> '{}' and (p_after is null or u.usage_id < p_after) and (p_portal_id is null or u.portal_id = p_portal_id)
     order by u.usage_id desc
     limit p_limit;
end
$$;
comment on function billing.usage_differences(uuid, uuid, int) is
  'Platform. Days whose usage at Gupshup and our charges disagree, in all portals, for the provider''s staff.';
grant execute on function billing.usage_differences(uuid, uuid, int) to whatsappb24_api;
