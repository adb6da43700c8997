-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.8 0.5 sent');
select tests.fund(:'portal', 1600000);
select tests.ids(2) as ids \gset
select tests.held(:'portal', :'channel', :'ids');
select tests.moved(:'portal', :'ids', 'release');
select is((select string_agg(scope || ' ' || spent, ', ' order by scope) from billing.spend), 'channel 0, portal 0, user 0', 'a release lowers what the caps counted');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'sub', 600000)));
select is(tests.moved(:'portal', :'ids', 'delivered') || ' ' || tests.accounts(:'portal'), '2 clearing_stripe -1600000, receivables -600000, revenue 2200000, wallet 0', 'a late capture always succeeds: what is lacking is owed');
select is((select string_agg(scope || ' ' || spent, ', ' order by scope) from billing.spend), 'channel 1600000, portal 1600000, user 1600000', 'and counts again');
select is((select count(*) from billing.charge c join billing.transfer t on t.transfer_id = c.transfer_id where c.message_id = any (t.messages)), 2::bigint, 'each charge names the transfer that paid it');
select is(tests.moved(:'portal', (:'ids'::uuid[])[1:1], 'reverse') || ' ' || tests.accounts(:'portal'), '1 clearing_stripe -1600000, revenue 1400000, wallet 200000', 'what is given back pays the debt first');
select * from finish();
rollback;
