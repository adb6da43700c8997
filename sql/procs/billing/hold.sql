-- Holds the price of messages before they are queued: one charge row each, in state held, and its price in the wallet.
-- For messaging.submit(), in its transaction. p_items: [{portal_id, message_id, channel_id, direction, category, country,
-- user_id, robot}]. Idempotent by message. Holds live 72 hours, 30 days where the card charges on delivery. What costs
-- nothing needs no wallet. Returns a row per item (item counts from 1): outcome held, or refused with a reason and the
-- figures in detail: balance, frozen, cap, wallet_currency, or why there is no price.
-- Locks charge (of messages that have one) -> wallet (of portals whose messages cost something), each sorted by its key.
create or replace function billing.hold(p_items jsonb)
returns table (item int, outcome text, reason text, detail jsonb)
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows billing.holding[];
  v_before billing.held_change[];
begin
  v_rows := array(select r from billing.read_holds(p_items) r order by r.item);
  if exists (select from unnest(v_rows) r where r.outcome is null and r.price > 0) then
    perform 1
      from unnest(v_rows) r
      join billing.charge c on c.portal_id = r.portal_id and c.message_id = r.message_id
     order by c.portal_id, c.message_id
       for update of c;
    perform 1
      from (select distinct r.portal_id from unnest(v_rows) r where r.outcome is null and r.price > 0) k
      join billing.wallet w on w.portal_id = k.portal_id
     order by w.portal_id
       for no key update of w;
    v_rows := billing.decide_holds(v_rows);
    select array_agg(row(w.portal_id, w.balance - w.held)::billing.held_change)
      into v_before
      from (select distinct r.portal_id from unnest(v_rows) r where r.outcome = 'held' and r.price > 0) k
      join billing.wallet w on w.portal_id = k.portal_id;
  end if;

  with fresh as (
    insert into billing.charge as c (
      portal_id, message_id, channel_id, category, country, card_id, currency, price, cost, moment, user_id, robot, spend_day, held,
      state, hold_until, changed_at)
    select r.portal_id, r.message_id, r.channel_id, r.category, r.country, r.card_id, r.currency, r.price, r.cost, r.moment, r.user_id,
           r.robot, r.spend_day, r.price, 'held',
           v_now + case r.moment when 'delivered' then interval '30 days' else interval '72 hours' end, v_now
      from unnest(v_rows) r
     where coalesce(r.outcome, 'held') = 'held'
     order by r.portal_id, r.message_id
    on conflict (portal_id, message_id) do nothing
    returning c.portal_id, c.price)
  update billing.wallet w
     set held = w.held + f.price
    from (select x.portal_id, sum(x.price)::bigint as price from fresh x where x.price > 0 group by x.portal_id) f
   where w.portal_id = f.portal_id;
  if v_before is not null then
    perform billing.count_spend(v_rows);
    perform billing.watch(v_before);
  end if;
  return query
    select r.item, case r.outcome when 'refused' then r.outcome else 'held' end, r.reason, r.detail
      from unnest(v_rows) r
     order by r.item;
end
$$;
comment on function billing.hold(jsonb) is
  'Internal, batch. Writes the held charge of each message and holds its price, or refuses: balance, frozen, cap; a row per item.';
