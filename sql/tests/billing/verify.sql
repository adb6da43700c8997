-- requirement: R4-c, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.4 0.3 sent 0 0 true');
select tests.fund(:'portal');
select tests.ids(4) as ids \gset
select tests.held(:'portal', :'channel', :'ids');
select tests.moved(:'portal', (:'ids'::uuid[])[1:2], 'sent', 'failed');
select tests.moved(:'portal', (:'ids'::uuid[])[3:3], 'sent');
select tests.publish_plan('pro', '15') \g /dev/null
select tests.set_subscription(:'channel', 'active', 'pro');
select tests.scheduled(:'portal', :'channel') as payment \gset
select tests.agreed(:'payment') \g /dev/null
update billing.subscription set period_ends_at = tenancy.now() + interval '9 days', due_at = tenancy.now() + interval '9 days';
select tests.period(1) \g /dev/null
select is_empty('select * from billing.verify()', 'sound books break no promise');
create function pg_temp.broken(p_change text) returns text language plpgsql as $$
declare v_found text;
begin
  begin
    execute p_change;
    select string_agg(distinct promise, ', ' order by promise) into v_found from billing.verify();
    raise exception using errcode = 'UNDO0', message = coalesce(v_found, 'nothing');
  exception when sqlstate 'UNDO0' then
    return sqlerrm;
  end;
end $$;
select is(pg_temp.broken('update billing.wallet set balance = balance + 1'), 'balance, zero_sum', 'a balance that no transfer explains is found');
select is(pg_temp.broken($$update billing.account set balance = balance + 1 where kind = 'revenue'; update billing.account set balance = balance - 1 where kind = 'clearing_stripe'$$), 'balance', 'also where all still adds up');
select is(pg_temp.broken('update billing.wallet set seq = seq + 1'), 'balance', 'so is an entry that is missing');
select is(pg_temp.broken('update billing.wallet set held = held - 1'), 'held', 'a hold that no charge explains');
select is(pg_temp.broken('update billing.reservation set held = held - 1'), 'held', 'one that no reservation explains');
select is(pg_temp.broken($$update billing.reservation set held = 0, state = 'used'$$), 'held', 'one that was used and stays held');
select is(pg_temp.broken($$update billing.charge set transfer_id = null where state = 'captured'$$), 'charge', 'a captured charge that nobody paid');
select is(pg_temp.broken($$update billing.charge set price = price + 1 where state = 'captured'$$), 'charge, spend', 'one that was paid otherwise');
select is(pg_temp.broken($$update billing.spend set spent = spent + 1 where scope = 'portal'$$), 'spend', 'what the caps counted wrong');
select is(pg_temp.broken($$update billing.charge set currency = 'EUR' where state = 'held'$$), 'currency', 'a hold in another currency');
select is(pg_temp.broken($$insert into billing.transfer (portal_id, transfer_id, group_id, key, currency, debit, credit, amount, debit_balance, credit_balance, debit_seq, credit_seq, reason, at)
  select portal_id, tenancy.new_id(), group_id, 'forged', currency, debit, credit, amount, debit_balance, credit_balance, debit_seq + 70, credit_seq + 70, reason, at from billing.transfer where key = 'stripe:pi:1'$$),
  'balance, chain', 'a transfer that was slipped in');
select is_empty(format('select * from billing.verify(%L)', :'portal'), 'one portal''s books are proven alone');
select is((select count(*) from billing.verify(gen_random_uuid())), 0::bigint, 'nobody''s books are sound');
select * from finish();
rollback;
