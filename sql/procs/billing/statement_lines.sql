-- The lines of a wallet's statement, as billing.statement() and billing.staff_statement() describe them: what they share.
-- A wallet's lines are read from a place on, so any page costs the same. Raises WB400 malformed_call. Locks nothing.
create or replace function billing.statement_lines(
  p_portal_id uuid, p_from timestamptz, p_to timestamptz, p_channel_id uuid, p_category text, p_after text, p_limit int)
returns table (
  cursor text, at timestamptz, reason text, amount bigint, balance bigint, currency text, key text, transfer_id uuid, message_id uuid,
  channel_id uuid, category text, country text, detail jsonb)
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_seq bigint := 0;
  v_place bigint := 0;
  v_end bigint := 9223372036854775807;
begin
  if p_after is not null and p_after !~ '^[0-9]{1,17}/[0-9]{1,9}$' or coalesce(p_limit, 0) not between 1 and 1000 then
    perform trace.refuse('malformed_call', '{"argument": "p_after, p_limit"}');
  end if;
  if p_after is not null then
    v_seq := split_part(p_after, '/', 1)::bigint;
    v_place := split_part(p_after, '/', 2)::bigint;
  elsif p_from is not null then
    -- A wallet's transfers stand in the order of their instants, so a time is a place.
    select coalesce(min(x.wallet_seq), v_end) into v_seq
      from billing.transfer x
     where x.portal_id = p_portal_id and x.at = (
       select min(y.at) from billing.transfer y where y.portal_id = p_portal_id and y.at >= p_from and y.wallet_seq is not null);
  end if;
  if p_to is not null then
    select coalesce(min(x.wallet_seq), v_end) into v_end
      from billing.transfer x
     where x.portal_id = p_portal_id and x.at = (
       select min(y.at) from billing.transfer y where y.portal_id = p_portal_id and y.at >= p_to and y.wallet_seq is not null);
  end if;
  return query
    select t.wallet_seq || '/' || l.place, t.at, t.reason, l.amount, l.balance, t.currency, t.key, t.transfer_id, l.message_id,
           l.channel_id, l.category, l.country, t.detail
      from billing.transfer t
     cross join lateral (
       select 1::bigint as place, s.amount, s.balance, null::uuid as message_id, null::uuid as channel_id, null::text as category,
              null::text as country
         from (select case t.debit when 'wallet' then -t.amount else t.amount end as amount,
                      case t.debit when 'wallet' then t.debit_balance else t.credit_balance end as balance) s
        where t.messages is null
       union all
       select m.place, m.amount, (m.after - sum(m.amount) over () + sum(m.amount) over (order by m.place))::bigint, m.message_id, m.channel_id,
              m.category, m.country
         from (select u.place, c.message_id, c.channel_id, c.category, c.country,
                      case t.debit when 'wallet' then t.debit_balance else t.credit_balance end as after,
                      (case t.debit when 'wallet' then -1 else 1 end * case t.reason when 'messages' then c.price else t.amount end)::bigint as amount
                 from unnest(t.messages) with ordinality u(message_id, place)
                 join billing.charge c on c.portal_id = t.portal_id and c.message_id = u.message_id) m) l
     where t.portal_id = p_portal_id and t.wallet_seq >= v_seq and t.wallet_seq < v_end
       and (t.wallet_seq > v_seq or l.place > v_place)
       and (p_channel_id is null or l.channel_id = p_channel_id) and (p_category is null or l.category = p_category)
     order by t.wallet_seq, l.place
     limit p_limit;
end
$$;
comment on function billing.statement_lines(uuid, timestamptz, timestamptz, uuid, text, text, int) is
  'Internal. The lines of a wallet''s statement, page by page.';
