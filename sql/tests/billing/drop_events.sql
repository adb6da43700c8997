-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-01-01 12:00+00');
select tests.create_portal() as portal \gset
select tests.event('evt_' || n) from generate_series(1, 4) n \g /dev/null
select count(*) from billing.claim_events() \g /dev/null
select billing.settle_event('stripe', 'evt_1', 1, 'processed') \g /dev/null
select billing.settle_event('stripe', 'evt_2', 1, 'ignored') \g /dev/null
select billing.settle_event('stripe', 'evt_3', 1, 'unmatched') \g /dev/null
create function pg_temp.kept() returns text language sql as $$ select string_agg(event_id, ' ' order by event_id) from billing.provider_event $$;
select tests.pass('180 days');
select is(billing.drop_events(), 0, 'so long a payer may open a case');
select tests.pass('1 second');
select is(billing.drop_events(p_limit => 1), 1, 'some of them a call');
select is(billing.drop_events(), 1, 'and the rest in the next');
select is(billing.drop_events(), 0, 'until nothing is left');
select is(pg_temp.kept(), 'evt_3 evt_4', 'what nobody has dealt with stays');
select billing.dismiss_event('ana', 'stripe', 'evt_3', 'not ours');
select tests.pass('181 days');
select is(billing.drop_events() || ' ' || pg_temp.kept() || ' ' || (select count(*) from billing.event_deed), '1 evt_4 1', 'what staff dismissed goes, the deed stays');
select throws_ok($$select billing.drop_events('29 days')$$, 'WB400', null, 'nothing is dropped while a provider may repeat it');
select * from finish();
rollback;
