-- Decides message by message, in order, for portals where not everything fits: what is left of the wallet and of each
-- cap is spent down. For billing.decide_holds(). A refusal leaves room for a cheaper message behind it. A hard cap that
-- refused is told of once a period. Locks nothing that the wallets do not cover.
create or replace function billing.decide_holds_each(p_rows billing.holding[], p_portals uuid[]) returns billing.holding[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.holding[] := '{}';
  v_row billing.holding;
  v_left jsonb;
  v_wallets jsonb;
  v_wallet jsonb;
  v_caps jsonb;
  v_cap jsonb;
  v_hit jsonb := '[]';
  v_room bigint;
begin
  select jsonb_object_agg(w.portal_id, jsonb_build_object(
           'balance', w.balance, 'held', w.held, 'overdraft_limit', w.overdraft_limit, 'currency', w.currency)),
         jsonb_object_agg(w.portal_id, w.balance - w.held + w.overdraft_limit)
    into v_wallets, v_left
    from billing.wallet w
   where w.portal_id = any (p_portals);
  select coalesce(jsonb_agg(to_jsonb(c)), '[]') into v_caps
    from billing.caps_of(array(select r from unnest(p_rows) r where r.portal_id = any (p_portals))) c
   where c.hard is not null;
  foreach v_row in array p_rows
  loop
    if v_row.outcome = 'held' and v_row.price > 0 and v_row.portal_id = any (p_portals) then
      v_room := (v_left ->> v_row.portal_id::text)::bigint;
      v_cap := null;
      select c.value into v_cap from jsonb_array_elements(v_caps) c
       where (c.value ->> 'portal_id')::uuid = v_row.portal_id and c.value -> 'items' @> to_jsonb(v_row.item)
         and (c.value ->> 'spent')::bigint + v_row.price > (c.value ->> 'hard')::bigint
       order by c.value ->> 'scope', c.value ->> 'period' limit 1;
      if v_row.price > v_room then
        v_wallet := v_wallets -> v_row.portal_id::text;
        v_row.outcome := 'refused';
        v_row.reason := 'balance';
        v_row.detail := v_wallet || jsonb_build_object('price', v_row.price, 'available', v_room);
      elsif v_cap is not null then
        v_row.outcome := 'refused';
        v_row.reason := 'cap';
        v_row.detail := jsonb_build_object(
          'scope', v_cap -> 'scope', 'scope_id', v_cap -> 'scope_id', 'period', v_cap -> 'period', 'cap', v_cap -> 'hard',
          'spent', v_cap -> 'spent', 'price', v_row.price, 'currency', v_row.currency);
        v_hit := v_hit || (v_row.detail || jsonb_build_object('portal_id', v_row.portal_id, 'begins', v_cap -> 'begins'));
      else
        v_left := jsonb_set(v_left, array[v_row.portal_id::text], to_jsonb(v_room - v_row.price));
        select jsonb_agg(case when (c.value ->> 'portal_id')::uuid = v_row.portal_id and c.value -> 'items' @> to_jsonb(v_row.item)
                              then jsonb_set(c.value, '{spent}', to_jsonb((c.value ->> 'spent')::bigint + v_row.price)) else c.value end)
          into v_caps
          from jsonb_array_elements(v_caps) c;
        v_caps := coalesce(v_caps, '[]');
      end if;
    end if;
    v_rows := v_rows || v_row;
  end loop;
  perform billing.tell_caps('cap_hard', v_hit);
  return v_rows;
end
$$;
comment on function billing.decide_holds_each(billing.holding[], uuid[]) is
  'Internal, batch. Decides message by message what a wallet and its caps still allow.';
