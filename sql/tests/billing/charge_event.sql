-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service MX 0.4 0.3 submitted 0 0 true', 'out service * 0.8 0.5 sent 0 0 false') as card \gset
create function pg_temp.said(p_moment text, p_country text, p_state text, p_card uuid) returns text language sql as $$
  select string_agg(s || ' ' || coalesce(billing.charge_event(s, p_state, jsonb_populate_record(null::billing.charge,
           jsonb_build_object('moment', p_moment, 'price', 5, 'card_id', p_card, 'category', 'service', 'country', p_country))), '-'), ', ' order by o)
    from unnest(array['submitted', 'enqueued', 'sent', 'delivered', 'failed', 'unknown']) with ordinality u(s, o)
$$;
select is(pg_temp.said('submitted', 'MX', 'held', :'card'), 'submitted capture, enqueued capture, sent capture, delivered capture, failed release, unknown -', 'from the moment on that the tariff names, a message is paid');
select is(pg_temp.said('sent', 'CO', 'held', :'card'), 'submitted -, enqueued -, sent capture, delivered capture, failed release, unknown -', 'not before');
select is(pg_temp.said('delivered', 'CO', 'captured', :'card'), 'submitted -, enqueued -, sent -, delivered capture, failed -, unknown -', 'what is captured stays so when it fails');
select is(pg_temp.said('submitted', 'MX', 'captured', :'card'), 'submitted capture, enqueued capture, sent capture, delivered capture, failed reverse, unknown -', 'unless the tariff gives it back');
select * from finish();
rollback;
