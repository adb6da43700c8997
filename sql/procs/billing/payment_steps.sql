-- What the books know of a payment, a row a step, unordered: attempts, events, evidence, movements, refunds, cases, documents, deeds of
-- staff. rank orders what happened at the same instant. For billing.payment_story(). Amounts in millionths. Locks nothing.
create or replace function billing.payment_steps(p_payment billing.payment)
returns table (at timestamptz, rank int, kind text, what text, actor text, amount bigint, currency text, detail jsonb)
language sql stable
set search_path = ''
as $$
  select a.begun_at, 1, 'attempt', coalesce(a.outcome, 'open'), p_payment.provider, null::bigint, null::text,
         jsonb_build_object('number', a.number, 'ended_at', a.ended_at, 'code', a.detail ->> 'code')
    from billing.payment_attempt a where a.portal_id = p_payment.portal_id and a.payment_id = p_payment.payment_id
  union all
  select e.received_at, 3, 'event', e.type, e.provider, null, null,
         jsonb_build_object('provider', e.provider, 'event_id', e.event_id, 'state', e.state, 'seen', e.seen)
    from billing.payment_event k
    join billing.provider_event e on e.provider = k.provider and e.event_id = k.event_id
   where k.portal_id = p_payment.portal_id and k.payment_id = p_payment.payment_id
  union all
  select d.done_at, 3, 'deed', d.deed, d.actor, null, null, jsonb_build_object('event_id', d.event_id, 'reason', d.reason)
    from billing.payment_event k
    join billing.event_deed d on d.provider = k.provider and d.event_id = k.event_id
   where k.portal_id = p_payment.portal_id and k.payment_id = p_payment.payment_id
  union all
  select e.received_at, 4, 'evidence', e.kind, e.provider, e.amount::bigint, e.currency,
         jsonb_build_object('key', e.business_key, 'state', e.state, 'at', e.at, 'tax', nullif(e.tax, 0), 'fee', nullif(e.fee, 0), 'reason', e.reason,
                            'status', e.status, 'due_by', e.due_by)
    from billing.evidence e where e.portal_id = p_payment.portal_id and e.payment_id = p_payment.payment_id
  union all
  select t.at, 5, 'transfer', t.reason, null, t.amount::bigint, t.currency,
         jsonb_build_object('from', t.debit, 'to', t.credit, 'balance', case 'wallet' when t.debit then t.debit_balance when t.credit then t.credit_balance end)
    from billing.evidence e
    join billing.transfer g on g.portal_id = e.portal_id and g.key = e.business_key
    join billing.transfer t on t.portal_id = g.portal_id and t.at = g.at and t.group_id = g.group_id
   where e.portal_id = p_payment.portal_id and e.payment_id = p_payment.payment_id
  union all
  select r.asked_at, 6, 'refund', 'asked', r.actor, r.amount::bigint, r.currency, jsonb_build_object('refund_id', r.refund_id, 'reason', r.reason)
    from billing.refund r where r.portal_id = p_payment.portal_id and r.payment_id = p_payment.payment_id
  union all
  select r.decided_at, 6, 'refund', case r.state when 'rejected' then 'rejected' else 'approved' end, r.decided_by, r.amount::bigint, r.currency,
         jsonb_build_object('refund_id', r.refund_id)
    from billing.refund r where r.portal_id = p_payment.portal_id and r.payment_id = p_payment.payment_id and r.decided_at is not null
  union all
  select r.changed_at, 7, 'refund', r.state, p_payment.provider, r.amount::bigint, r.currency,
         jsonb_build_object('refund_id', r.refund_id, 'code', r.failure)
    from billing.refund r where r.portal_id = p_payment.portal_id and r.payment_id = p_payment.payment_id and r.state in ('succeeded', 'failed')
  union all
  select d.closed_at, 7, 'dispute', coalesce(d.status, d.state), p_payment.provider, d.amount::bigint, d.currency,
         jsonb_build_object('key', d.dispute_key, 'reason', d.reason)
    from billing.dispute d where d.portal_id = p_payment.portal_id and d.payment_id = p_payment.payment_id and d.state = 'closed'
  union all
  select d.issued_at, 8, 'document', d.kind, null, d.total::bigint, d.currency, jsonb_build_object('document_id', d.document_id, 'name', d.name)
    from billing.document d where d.portal_id = p_payment.portal_id and d.payment_id = p_payment.payment_id
$$;
comment on function billing.payment_steps(billing.payment) is 'Internal. What the books know of a payment, a row a step.';
