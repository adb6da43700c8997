-- Claims refunds that the provider is to be asked for, for p_lease, with what the command needs. refund_id is the provider's idempotency
-- key: asked again, he finds the one that he made. For the worker, which answers with the provider's evidence (billing.settle_payment)
-- or with billing.settle_refund(). Passes over what others hold. Amounts in millionths, tax included. Locks the refunds.
create or replace function billing.claim_refunds(p_limit int default 20, p_lease interval default '5 minutes')
returns table (
  portal_id uuid, refund_id uuid, payment_id uuid, provider text, payment text, recurring boolean, amount bigint, is_whole boolean,
  currency text, language text, livemode boolean, tries int)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with claimed as (
      update billing.refund r
         set due_at = v_now + p_lease, tries = r.tries + 1
        from (select x.portal_id, x.refund_id from billing.refund x where x.due_at <= v_now and x.due_at < 'infinity'
               order by x.due_at limit p_limit for update skip locked) k
       where r.portal_id = k.portal_id and r.refund_id = k.refund_id
      returning r.portal_id, r.refund_id, r.payment_id, r.amount, r.currency, r.tries)
    select c.portal_id, c.refund_id, c.payment_id, p.provider, p.money_object, p.kind = 'scheduled', c.amount::bigint, c.amount = p.captured,
           c.currency, t.language, p.livemode, c.tries
      from claimed c
      join billing.payment p on p.portal_id = c.portal_id and p.payment_id = c.payment_id
      join tenancy.portal t on t.portal_id = c.portal_id;
end
$$;
comment on function billing.claim_refunds(int, interval) is
  'Platform. Claims refunds that the provider is to be asked for, for a lease.';
grant execute on function billing.claim_refunds(int, interval) to whatsappb24_worker;
