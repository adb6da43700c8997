-- The whole story of a payment, oldest first: opened, each attempt, each event of the provider, each evidence, each movement of money with
-- its accounts, refunds and who decided them, cases, documents, what staff did to its events, and each exchange with the provider that
-- the log still has. kind says what stands in a row, what its own word for it; amount in millionths of currency where one moves or is
-- meant. For the provider's staff (the caller is trusted). At most p_limit rows. Raises WB404 unknown_payment. Locks nothing.
create or replace function billing.payment_story(p_portal_id uuid, p_payment_id uuid, p_limit int default 500)
returns table (at timestamptz, kind text, what text, actor text, amount bigint, currency text, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_payment billing.payment;
begin
  select * into v_payment from billing.payment p where p.portal_id = p_portal_id and p.payment_id = p_payment_id;
  if not found then
    perform trace.refuse('unknown_payment', jsonb_build_object('payment_id', p_payment_id));
  end if;
  return query
    select s.at, s.kind, s.what, tenancy.actor_name(s.actor), s.amount::bigint, s.currency, jsonb_strip_nulls(s.detail)
      from (
        select v_payment.opened_at, 0, 'opened', v_payment.kind, v_payment.actor, v_payment.amount::bigint, v_payment.currency,
               jsonb_build_object('provider', v_payment.provider)
        union all
        select x.at, x.rank, x.kind, x.what, x.actor, x.amount, x.currency, x.detail from billing.payment_steps(v_payment) x
        union all
        select tenancy.id_time(l.log_id), 2, 'exchange', l.method, l.party, null, null,
               jsonb_build_object('log_id', l.log_id, 'level', l.level, 'status', l.status, 'ms', l.duration_ms, 'summary', l.summary,
                                  'request', l.request, 'response', l.response)
          from trace.log l
         where l.correlation_id = 'payment:' || p_payment_id and l.portal_id = p_portal_id) s (at, rank, kind, what, actor, amount, currency, detail)
     order by s.at, s.rank
     limit least(greatest(p_limit, 1), 1000);
end
$$;
comment on function billing.payment_story(uuid, uuid, int) is
  'Tenant. The whole story of a payment for staff: attempts, events, evidence, movements, documents, exchanges.';
grant execute on function billing.payment_story(uuid, uuid, int) to whatsappb24_api;
