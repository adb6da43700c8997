-- The refunds of a payment, oldest first. Needs billing.view. Amounts in millionths, tax included. Raises WB403 permission. Locks nothing.
create or replace function billing.refunds(p_portal_id uuid, p_user_id text, p_payment_id uuid)
returns table (refund_id uuid, amount bigint, currency text, state text, reason text, actor text, asked_at timestamptz, changed_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select r.refund_id, r.amount::bigint, r.currency, r.state, r.reason, r.actor, r.asked_at, r.changed_at
      from billing.refund r
     where r.portal_id = p_portal_id and r.payment_id = p_payment_id
     order by r.asked_at, r.refund_id;
end
$$;
comment on function billing.refunds(uuid, text, uuid) is 'Tenant. The refunds of a payment.';
grant execute on function billing.refunds(uuid, text, uuid) to whatsappb24_api;
