-- Disputes of all portals, the open ones first by the instant until which evidence is taken, with their customer and their effect: what the
-- provider took (withdrawn) and gave back (reinstated) of the wallet and beside it as a fee of ours, and how the wallet stands now.
-- p_state: open, closed or null (all); p_limit at most 200. For staff (the caller is trusted). Amounts in millionths of currency.
-- Locks nothing.
create or replace function billing.disputes(p_state text default 'open', p_limit int default 100)
returns table (
  portal_id uuid, domain text, customer_id uuid, trade_name text, dispute_key text, payment_id uuid, provider text, livemode boolean,
  money_object text, amount bigint, currency text, state text, status text, reason text, due_by timestamptz, opened_at timestamptz,
  closed_at timestamptz, withdrawn bigint, reinstated bigint, fee bigint, captured bigint, balance bigint, owed bigint)
language sql stable security definer
set search_path = ''
as $$
  select d.portal_id, t.domain, u.customer_id, u.trade_name, d.dispute_key, d.payment_id, p.provider, p.livemode, p.money_object,
         d.amount::bigint, d.currency, d.state, d.status, d.reason, d.due_by, d.opened_at, d.closed_at, m.withdrawn, m.reinstated, m.fee,
         p.captured::bigint, w.balance::bigint, coalesce(-a.balance, 0)::bigint
    from billing.dispute d
    join billing.payment p on p.portal_id = d.portal_id and p.payment_id = d.payment_id
    join billing.wallet w on w.portal_id = d.portal_id
    join tenancy.portal t on t.portal_id = d.portal_id
    join tenancy.customer u on u.customer_id = t.customer_id
    left join billing.account a on a.portal_id = d.portal_id and a.kind = 'receivables' and a.currency = w.currency
   cross join lateral (
     select coalesce(sum(e.amount) filter (where e.kind = 'dispute_withdrawn'), 0)::bigint as withdrawn,
            coalesce(sum(e.amount) filter (where e.kind = 'dispute_reinstated'), 0)::bigint as reinstated,
            coalesce(sum(case e.kind when 'dispute_withdrawn' then e.fee else -e.fee end), 0)::bigint as fee
       from billing.evidence e
      where e.portal_id = d.portal_id and e.payment_id = d.payment_id and e.state = 'posted'
        and e.kind in ('dispute_withdrawn', 'dispute_reinstated')
        and (d.dispute_key = p.provider || ':' || (e.ids ->> 'dispute') or e.business_key = d.dispute_key)) m
   where p_state is null or d.state = p_state
   order by d.state desc, d.due_by nulls last, d.opened_at desc, d.dispute_key
   limit least(greatest(p_limit, 1), 200)
$$;
comment on function billing.disputes(text, int) is
  'Platform. Disputes of all portals with their due dates and what they did to the wallet, the open ones first, for staff.';
grant execute on function billing.disputes(text, int) to whatsappb24_api, whatsappb24_worker;
