-- requirement: R4-b, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.quoted(p_portal uuid, p_channel uuid, p_lines jsonb, p_user text default '1') returns text language sql as $$
  select string_agg(concat_ws(' ', q.country, q.count, 'free ' || q.free, q.price, '=', q.amount, q.currency, q.reason), ', ' order by q.line)
    from billing.quote(p_portal, p_user, p_channel, p_lines) q
$$;
select is(pg_temp.quoted(:'portal', :'channel', '[{}]'), '1 free 0 0 = 0 USD', 'without a card a message costs nothing');
select tests.publish_card('out marketing MX 0.0305 0.03 delivered 0 0.001', 'out marketing * 0.05 0.04 delivered 100', 'out service * 0.0008 0.0005 sent');
select is(pg_temp.quoted(:'portal', :'channel', '[{"phone": "+52 1 555 123 4567"}]'), 'MX 1 free 0 800 = 800 USD', 'one message');
select is(
  pg_temp.quoted(:'portal', :'channel', '[{"category": "marketing", "country": "MX", "count": 1000}, {"category": "marketing", "country": "CO", "count": 60},
    {"category": "marketing", "country": "PE", "count": 60}, {"category": "utility", "country": "PE", "count": 5}, {"count": -1}]'),
  'MX 1000 free 0 31500 = 31500000 USD, CO 60 free 60 50000 = 0 USD, PE 60 free 40 50000 = 1000000 USD, PE 5 free 0 = USD no_price, free 0 = USD malformed_item',
  'a broadcast, by country and category: free ones, surcharges, and what has no price');
select is_empty('select from billing.allowance', 'a question counts nothing');
select is((select amount from billing.quote(:'portal', '1', :'channel', '[{"count": 999999999, "country": "MX", "category": "marketing"}]')),
  31499999968500::billing.micros, 'however many there are');

select is(tests.refusal(format('select billing.quote(%L, ''7'', %L, ''[]'')', :'portal', :'channel')), 'WB403 permission', 'an agent is told no prices');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at) values (:'portal', tenancy.new_id(), '8', :'channel', 'supervisor', tenancy.now());
select is(pg_temp.quoted(:'portal', :'channel', '[{}]', '8'), '1 free 0 800 = 800 USD', 'who may prepare a broadcast is');
select is(tests.refusal(format('select billing.quote(%L, ''1'', %L, ''{}'')', :'portal', :'channel')), 'WB400 malformed_call', 'lines are a list');
select is(tests.refusal(format('select billing.quote(%L, ''1'', %L, ''[]'')', :'portal', gen_random_uuid())), 'WB404 unknown_channel', 'of a channel');
select is((select count(*) from billing.quote(:'portal', '1', :'channel', '[]')), 0::bigint, 'no lines, no answer');
select * from finish();
rollback;
