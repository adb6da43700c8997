-- Credits and debits by hand, the newest first, with their customer and the names of who asked and who decided. may:
-- what p_actor may do with it by the rule of four eyes (approve, reject); his permissions are the door's. p_state:
-- proposed, posted or rejected; p_customer_id: of his portals; p_before: the adjustment_id of the last one seen. For the
-- provider's staff (the caller is trusted). Amounts in millionths of currency. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.adjustments(
  p_actor text, p_state text default null, p_customer_id uuid default null, p_before uuid default null, p_limit int default 50)
returns table (
  adjustment_id uuid, portal_id uuid, domain text, customer_id uuid, trade_name text, amount bigint, currency text, reason text,
  state text, proposed_by text, proposed_at timestamptz, decided_by text, decided_at timestamptz, may text[])
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 200 or p_state not in ('proposed', 'posted', 'rejected') then
    perform trace.refuse('malformed_call', '{"argument": "p_state, p_limit"}');
  end if;
  return query
    select a.adjustment_id, a.portal_id, p.domain, u.customer_id, u.trade_name, a.amount::bigint, w.currency, a.reason, a.state,
           tenancy.actor_name(a.proposed_by), a.proposed_at, tenancy.actor_name(a.decided_by), a.decided_at,
           case
             when a.state <> 'proposed' then '{}'
             when a.proposed_by = p_actor then '{reject}'
             else '{approve,reject}'::text[] end
      from billing.adjustment a
      join billing.wallet w on w.portal_id = a.portal_id
      join tenancy.portal p on p.portal_id = a.portal_id
      join tenancy.customer u on u.customer_id = p.customer_id
     where (p_state is null or a.state = p_state) and (p_customer_id is null or u.customer_id = p_customer_id)
       and (p_before is null or a.adjustment_id < p_before)
     order by a.adjustment_id desc
     limit p_limit;
end
$$;
comment on function billing.adjustments(text, text, uuid, uuid, int) is
  'Directory. Credits and debits by hand with who asked, who decided, and what this member of staff may do with each.';
grant execute on function billing.adjustments(text, text, uuid, uuid, int) to whatsappb24_api;
