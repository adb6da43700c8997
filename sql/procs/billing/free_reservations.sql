-- Gives free what is kept for a subscription (p_payment_id null), or what a payment kept, of it at most p_amount (millionths, null:
-- all): the wallet can spend it again. For the end or pause of a subscription, and for refunds and disputes before they take the
-- money. Returns how much (millionths). Locks the wallet, where anything is kept.
create or replace function billing.free_reservations(
  p_portal_id uuid, p_channel_id uuid, p_payment_id uuid default null, p_amount bigint default null) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_freed bigint;
begin
  if not exists (
    select from billing.reservation r
     where r.portal_id = p_portal_id and r.state = 'held' and (r.channel_id = p_channel_id or r.payment_id = p_payment_id)) then
    return 0;
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  with f as (
    select r.payment_id, least(r.held, coalesce(p_amount, r.held)) as amount from billing.reservation r
     where r.portal_id = p_portal_id and r.state = 'held' and (r.channel_id = p_channel_id or r.payment_id = p_payment_id)),
  u as (
    update billing.reservation r
       set held = r.held - f.amount, state = case when r.held = f.amount then 'released' else 'held' end, changed_at = v_now
      from f
     where r.portal_id = p_portal_id and r.payment_id = f.payment_id
    returning f.amount)
  select coalesce(sum(u.amount), 0)::bigint into v_freed from u;
  update billing.wallet w set held = w.held - v_freed where w.portal_id = p_portal_id;
  return v_freed;
end
$$;
comment on function billing.free_reservations(uuid, uuid, uuid, bigint) is
  'Internal. Gives free what is kept for a subscription''s next period, or what a payment kept for it.';
