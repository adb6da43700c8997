-- The attempt with which the provider is to be asked for a payment's money: the present one as long as its outcome is not known,
-- so that asking again never charges twice; a new one, with a new idempotency key, where the last ended without money. No row: the
-- payment is over. is_new: it has just begun; otherwise the provider may know it already. For the functions that hold the wallet.
create or replace function billing.begin_attempt(p_portal_id uuid, p_payment_id uuid)
returns table (number int, idempotency_key text, begun_at timestamptz, is_new boolean)
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_payment billing.payment;
  v_last billing.payment_attempt;
  v_new boolean := false;
begin
  select * into v_payment from billing.payment p
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id
     and exists (select from billing.payment_state s where s.state = p.state and s.is_open);
  if not found then
    return;
  end if;
  select * into v_last from billing.payment_attempt a
   where a.portal_id = p_portal_id and a.payment_id = p_payment_id order by a.number desc limit 1;
  if v_last.number is null or v_last.outcome in ('declined', 'failed', 'cancelled', 'expired') then
    insert into billing.payment_attempt as a (portal_id, payment_id, number, idempotency_key, begun_at)
    values (p_portal_id, p_payment_id, coalesce(v_last.number, 0) + 1,
            concat_ws(':', v_payment.kind, p_payment_id, coalesce(v_last.number, 0) + 1), v_now)
    returning * into v_last;
    v_new := true;
  end if;
  return query select v_last.number, v_last.idempotency_key, v_last.begun_at, v_new;
end
$$;
comment on function billing.begin_attempt(uuid, uuid) is
  'Internal. The attempt with which a provider is to be asked for a payment''s money; a new one only where the last is known to have ended.';
