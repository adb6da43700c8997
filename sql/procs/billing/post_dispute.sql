-- Keeps a case as its evidence says it stands. Closed stays closed; an open one stops automatic recharges. A reversal without a
-- case is closed at once: there is nothing to answer. For evidence of payments, under the wallet's lock. Returns posted.
create or replace function billing.post_dispute(p_evidence billing.evidence) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_key text := coalesce(p_evidence.provider || ':' || (p_evidence.ids ->> 'dispute'),
                         regexp_replace(p_evidence.business_key, ':(opened|withdrawn|reinstated|closed)$', ''));
  v_closed boolean := p_evidence.kind = 'dispute_closed' or p_evidence.ids ->> 'dispute' is null
    or split_part(p_evidence.business_key, ':', 2) = 'reversal';
  v_is_word boolean := p_evidence.kind in ('dispute_opened', 'dispute_closed');
begin
  insert into billing.dispute as d (
    portal_id, dispute_key, payment_id, amount, currency, state, status, reason, due_by, opened_at, closed_at)
  values (p_evidence.portal_id, v_key, p_evidence.payment_id, p_evidence.amount, p_evidence.currency,
          case when v_closed then 'closed' else 'open' end, p_evidence.status, p_evidence.reason, p_evidence.due_by, p_evidence.at,
          case when v_closed then v_now end)
  on conflict (portal_id, dispute_key) do update
    set state = case when v_closed then 'closed' else d.state end,
        closed_at = case when v_closed and d.closed_at is null then v_now else d.closed_at end,
        amount = case when p_evidence.amount > d.amount then p_evidence.amount else d.amount end,
        status = case when v_is_word and (v_closed or d.state = 'open') and p_evidence.status is not null then p_evidence.status else d.status end,
        reason = case when d.reason is null then p_evidence.reason else d.reason end,
        due_by = case when p_evidence.due_by is not null then p_evidence.due_by else d.due_by end,
        opened_at = case when p_evidence.at < d.opened_at then p_evidence.at else d.opened_at end;
  return 'posted';
end
$$;
comment on function billing.post_dispute(billing.evidence) is
  'Internal. Keeps a case as its evidence says it stands; while it is open nothing is recharged automatically.';
