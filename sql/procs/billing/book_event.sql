-- Books the evidence that was read for a claimed event, and ends the event, in one transaction. p_evidence as in
-- billing.settle_payment() (empty: the event moved no money). The event is processed where all its evidence is booked, was booked
-- before, waits for what it builds on, or says nothing any more; else it is unmatched, with the reasons in its detail. Which
-- payments it told of is kept.
-- Returns the event's state. Raises WB400 malformed_call, WB404 unknown_event. Locks what billing.settle_payment() locks, then the event.
create or replace function billing.book_event(p_provider text, p_event_id text, p_token bigint, p_evidence jsonb) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_settled jsonb;
  v_wrong jsonb;
  v_state text;
begin
  select jsonb_agg(to_jsonb(s) order by s.item) into v_settled from billing.settle_payment(p_evidence) s;
  select jsonb_agg(jsonb_build_object('outcome', s.outcome, 'reason', s.reason, 'detail', s.detail,
           'business_key', p_evidence -> (s.item - 1) ->> 'business_key', 'kind', p_evidence -> (s.item - 1) ->> 'kind',
           'amount', p_evidence -> (s.item - 1) -> 'amount', 'currency', p_evidence -> (s.item - 1) ->> 'currency',
           'ids', p_evidence -> (s.item - 1) -> 'ids') order by s.item)
    into v_wrong
    from jsonb_to_recordset(v_settled) s(item int, outcome text, reason text, detail jsonb)
   where s.outcome not in ('done', 'repeated', 'waits', 'moot');
  v_state := billing.settle_event(p_provider, p_event_id, p_token, case when v_wrong is null then 'processed' else 'unmatched' end,
                                  jsonb_build_object('evidence', coalesce(v_wrong, '[]')));
  insert into billing.payment_event (portal_id, payment_id, provider, event_id)
  select distinct s.portal_id, s.payment_id, p_provider, p_event_id
    from jsonb_to_recordset(v_settled) s(portal_id uuid, payment_id uuid)
   where s.payment_id is not null
  on conflict do nothing;
  return v_state;
end
$$;
comment on function billing.book_event(text, text, bigint, jsonb) is
  'Directory. Books the evidence that was read for a claimed event, and ends the event.';
grant execute on function billing.book_event(text, text, bigint, jsonb) to whatsappb24_worker;
