-- Who changed what of a customer, the newest first: its data (event customer, detail {before, after}) and the settings of
-- its portals' wallets (event opened, frozen, unfrozen, overdraft, cap, threshold, recharge). p_before: the change_id
-- of the last one seen. For the provider's staff (the caller is trusted). Raises WB400 malformed_call. Locks nothing.
create or replace function tenancy.customer_history(p_customer_id uuid, p_before uuid default null, p_limit int default 50)
returns table (change_id uuid, at timestamptz, actor text, domain text, event text, reason text, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform trace.refuse('malformed_call', '{"argument": "p_limit"}');
  end if;
  return query
    select h.change_id, h.at, coalesce(u.name, tenancy.actor_name(h.actor)), p.domain, h.event, h.reason, h.detail
      from (
        select c.change_id, c.changed_at as at, c.actor, c.via_portal_id as portal_id, 'customer' as event,
               null::text as reason, jsonb_build_object('before', c.before, 'after', c.after) as detail
          from tenancy.customer_change c
         where c.customer_id = p_customer_id and (p_before is null or c.change_id < p_before)
        union all
        select w.change_id, w.at, w.actor, w.portal_id, w.event, w.reason, w.detail
          from tenancy.portal o
          join billing.wallet_change w on w.portal_id = o.portal_id
         where o.customer_id = p_customer_id and (p_before is null or w.change_id < p_before)) h
      left join tenancy.portal p on p.portal_id = h.portal_id
      left join tenancy.portal_user u on u.portal_id = h.portal_id and u.user_id = h.actor and u.name <> ''
     order by h.change_id desc
     limit p_limit;
end
$$;
comment on function tenancy.customer_history(uuid, uuid, int) is
  'Directory. Who changed what of a customer''s data and of its wallets'' settings, newest first.';
grant execute on function tenancy.customer_history(uuid, uuid, int) to whatsappb24_api;
