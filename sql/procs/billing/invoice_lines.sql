-- What a portal used in a time, as the lines of a document: messages by category, subscriptions by plan; what was given back is negative.
-- p_from, p_to: instants. Amounts in millionths. For billing.issue_invoices(). Reads the transfers of the range. Locks nothing.
create or replace function billing.invoice_lines(p_portal_id uuid, p_from timestamptz, p_to timestamptz) returns jsonb
language sql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
  with t as materialized (
    select x.reason, x.amount, x.messages, x.detail, case x.credit when 'revenue' then 1 else -1 end as sign
      from billing.transfer x
     where x.portal_id = p_portal_id and x.at >= p_from and x.at < p_to and 'revenue' in (x.debit, x.credit)),
  used as (
    select t.reason, jsonb_build_object('category', c.category) as detail, 1 as quantity, c.price::bigint as amount
      from t
     cross join unnest(t.messages) m(message_id)
      join billing.charge c on c.portal_id = p_portal_id and c.message_id = m.message_id
     where t.reason = 'messages'
    union all
    select t.reason, coalesce(
             (select jsonb_build_object('category', c.category) from billing.charge c where c.portal_id = p_portal_id and c.message_id = t.messages[1]),
             jsonb_strip_nulls(jsonb_build_object('plan', t.detail ->> 'plan'))), 1, t.sign * t.amount
      from t
     where t.reason <> 'messages')
  select coalesce(jsonb_agg(jsonb_build_object('what', l.reason, 'detail', l.detail, 'quantity', l.quantity, 'amount', l.amount)
           order by l.reason, l.detail), '[]')
    from (select u.reason, u.detail, sum(u.quantity) as quantity, sum(u.amount) as amount from used u group by u.reason, u.detail) l
$$;
comment on function billing.invoice_lines(uuid, timestamptz, timestamptz) is
  'Internal. What a portal used in a time, as the lines of a document.';
