-- requirement: R2.4-a, R2.4-c, R4-c
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tenancy.new_id() as first, tenancy.new_id() as second \gset
create function pg_temp.items(p_portal uuid, p_channel uuid, variadic p_messages uuid[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel, 'message_id', m) order by i)
    from unnest(p_messages) with ordinality u(m, i)
$$;

select results_eq(
  format('select item, outcome, reason from billing.hold(pg_temp.items(%L, %L, %L, %L))', :'portal', :'channel', :'first', :'second'),
  $$values (1, 'held', null::text), (2, 'held', null)$$, 'each message is answered for');
select results_eq(
  'select state, category, currency, price::bigint, held::bigint, n from billing.charge',
  $$values ('held', 'service', 'USD', 0::bigint, 0::bigint, 1), ('held', 'service', 'USD', 0, 0, 1)$$,
  'each has one charge: a service message, free until a tariff names a price');
select is((select distinct hold_until - tenancy.now() from billing.charge), interval '72 hours', 'held for 72 hours');

-- Once
select billing.move_charges(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'message_id', :'first', 'event', 'capture')));
select tests.pass('1 hour');
select is(
  (select array_agg(outcome) from billing.hold(pg_temp.items(:'portal', :'channel', :'first', :'second', :'second'))), array['held', 'held', 'held'],
  'asking again, or twice in one call, is answered alike');
select results_eq(
  'select state, n, hold_until from billing.charge order by state',
  $$values ('captured', 2, '2026-11-25 12:00+00'::timestamptz), ('held', 1, '2026-11-25 12:00+00')$$,
  'and neither holds twice nor undoes what became of the charge');
select is((select count(*) from billing.hold('[]')), 0::bigint, 'nothing is held of nothing');

-- In the life of a message
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select is_empty(format('select from billing.charge where message_id = %L', :'hello'), 'what customers write is not charged');
select tests.submitted(:'portal') as message \gset
select is((select state from billing.charge where message_id = :'message'), 'held', 'what the company writes is held before it is queued');

-- For money
select tests.publish_card('out service MX 0.4 0.3 sent', 'out service * 0.8 0.5 delivered') as card \gset
select is(tests.held(:'portal', :'channel', tests.ids(1)), 'refused balance', 'what costs something needs a wallet');
select tests.fund(:'portal', 2000000);
select tests.ids(3) as ids \gset
select is(tests.held(:'portal', :'channel', :'ids'), 'held, held, refused balance', 'as much is held as the balance covers');
select is(tests.wallet(:'portal'), '2000000 1600000', 'the wallet keeps it, and promises it');
select results_eq(
  format($$select price::bigint, cost::bigint, moment, card_id, user_id, spend_day, hold_until - changed_at from billing.charge where price > 0 limit 1$$),
  format($$values (800000::bigint, 500000::bigint, 'delivered', %L::uuid, '7', '2026-11-22'::date, interval '30 days')$$, :'card'),
  'the charge knows its card, cost, moment, author and day; what is charged on delivery is held for 30 days');
select is(tests.held(:'portal', :'channel', (:'ids'::uuid[])[1:2]) || ' ' || tests.wallet(:'portal'), 'held, held 2000000 1600000', 'again, and nothing is held twice');
select is(tests.held(:'portal', :'channel', (:'ids'::uuid[])[3:3]), 'refused balance', 'what was refused left no trace, and may be asked for again');
select is(tests.held(:'portal', :'channel', (:'ids'::uuid[])[3:3], '{"country": "MX"}'), 'held', 'at another price it is held');
select is((select sum(spent)::bigint from billing.spend where scope = 'user'), 2000000::bigint, 'the caps count what is held');
select is(tests.sent(jsonb_build_array(tests.outgoing(:'portal', '{"key": "200", "portal_message_id": "200"}'))), 'refused balance', 'an operator who writes without balance is told so');
select * from finish();
rollback;
