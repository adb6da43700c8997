-- Refunds with their customer, who asked and who decided, the newest first. may: what p_actor may do with it by the rule of four eyes
-- (approve, reject); his permissions are the door's. p_state: of billing.refund; p_payment_id, p_customer_id: of that only; p_before: the
-- refund_id of the last one seen. For the provider's staff (the caller is trusted). Amounts in millionths of currency, tax included;
-- asks_at: when the provider is asked again; document: the credit note. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.staff_refunds(
  p_actor text, p_state text default null, p_payment_id uuid default null, p_customer_id uuid default null, p_before uuid default null,
  p_limit int default 50)
returns table (
  refund_id uuid, portal_id uuid, domain text, customer_id uuid, trade_name text, payment_id uuid, provider text, amount bigint,
  captured bigint, currency text, state text, reason text, asked_by text, asked_at timestamptz, decided_by text, decided_at timestamptz,
  failure text, tries int, asks_at timestamptz, changed_at timestamptz, document_id uuid, document text, may text[])
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 200 or p_state not in ('proposed', 'rejected', 'asked', 'succeeded', 'failed') then
    perform trace.refuse('malformed_call', '{"argument": "p_state, p_limit"}');
  end if;
  return query
    select r.refund_id, r.portal_id, t.domain, u.customer_id, u.trade_name, r.payment_id, p.provider, r.amount::bigint,
           p.captured::bigint, r.currency, r.state, r.reason, tenancy.actor_name(r.actor), r.asked_at, tenancy.actor_name(r.decided_by),
           r.decided_at, r.failure, r.tries, nullif(r.due_at, 'infinity'), r.changed_at, d.document_id, d.name,
           case
             when r.state <> 'proposed' then '{}'
             when r.actor = p_actor then '{reject}'
             else '{approve,reject}'::text[] end
      from billing.refund r
      join billing.payment p on p.portal_id = r.portal_id and p.payment_id = r.payment_id
      join tenancy.portal t on t.portal_id = r.portal_id
      join tenancy.customer u on u.customer_id = t.customer_id
      left join billing.document d on d.portal_id = r.portal_id and d.key = 'evidence:' || r.business_key
     where (p_state is null or r.state = p_state) and (p_customer_id is null or u.customer_id = p_customer_id)
       and (p_payment_id is null or r.payment_id = p_payment_id) and (p_before is null or r.refund_id < p_before)
     order by r.refund_id desc
     limit p_limit;
end
$$;
comment on function billing.staff_refunds(text, text, uuid, uuid, uuid, int) is
  'Platform. Refunds with who asked, who decided, and what this member of staff may do with each.';
grant execute on function billing.staff_refunds(text, text, uuid, uuid, uuid, int) to whatsappb24_api;
