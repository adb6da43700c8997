-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service MX 0.4 0.3 sent 0 0 true', 'out marketing * 0.6 0.3 sent');
select tests.fund(:'portal', 10000000);
select tests.ids(3) as ids \gset
select tests.pass('1 second');
select tests.ids(1) as ad \gset
select tests.held(:'portal', :'channel', :'ids', '{"country": "MX"}');
select tests.held(:'portal', :'channel', :'ad', '{"category": "marketing"}');
select tests.pass('1 day');
select tests.moved(:'portal', :'ids'::uuid[] || :'ad'::uuid[], 'sent');
select tests.pass('1 day');
select tests.moved(:'portal', (:'ids'::uuid[])[1:1], 'failed');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'plan', 1000000, '{"reason": "subscription", "detail": {"plan": "basic"}}')));
create function pg_temp.lines(p_portal uuid, p_more text default '') returns text language plpgsql as $$
declare v_lines text;
begin
  execute format('select string_agg(concat_ws('' '', cursor, reason, amount, balance), '', '') from billing.statement(%L, ''1''%s)', p_portal, p_more) into v_lines;
  return v_lines;
end $$;
select is(pg_temp.lines(:'portal'),
  '1/1 topup 10000000 10000000, 2/1 messages -400000 9600000, 2/2 messages -400000 9200000, 2/3 messages -400000 8800000, 2/4 messages -600000 8200000, 3/1 message_reversed 400000 8600000, 4/1 subscription -1000000 7600000',
  'a line per message and payment, each with the balance after it');
select is(pg_temp.lines(:'portal', $$, p_limit => 2$$), '1/1 topup 10000000 10000000, 2/1 messages -400000 9600000', 'page by page');
select is(pg_temp.lines(:'portal', $$, p_limit => 2, p_after => '2/1'$$), '2/2 messages -400000 9200000, 2/3 messages -400000 8800000', 'also in the middle of a transfer');
select is(pg_temp.lines(:'portal', $$, p_after => '4/1'$$), null, 'to the end');
select is(pg_temp.lines(:'portal', $$, p_category => 'marketing'$$), '2/4 messages -600000 8200000', 'of one category, with the wallet''s balance');
select is(pg_temp.lines(:'portal', $$, p_from => '2026-11-24 00:00+00', p_to => '2026-11-25'$$), '3/1 message_reversed 400000 8600000, 4/1 subscription -1000000 7600000', 'of one time');
select is(pg_temp.lines(:'portal', $$, p_to => '2026-11-23 12:00+00'$$), '1/1 topup 10000000 10000000', 'up to one');
select is((select message_id from billing.statement(:'portal', '1', p_after => '2/3', p_limit => 1)), (:'ad'::uuid[])[1], 'a line leads to its message');
select is(tests.refusal(format('select billing.statement(%L, %L)', :'portal', '12')), 'WB403 permission', 'not everybody reads it');
select is(tests.refusal(format('select billing.statement(%L, %L, p_after => %L)', :'portal', '1', 'x')), 'WB400 malformed_call', 'a cursor is one of ours');
select * from finish();
rollback;
