-- requirement: R2.1-b, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select messaging.quarantine(jsonb_agg(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'door', 'gupshup', 'item', n, 'raw', n)), array['a'::bytea, 'b', 'c', 'd', 'e'])
  from generate_series(1, 5) n;
insert into tenancy.erasure (portal_id, channel_id, asked_at, step) values (:'portal', :'channel', tenancy.now(), 'rest');
select is(tenancy.erase_rest(:'portal', :'channel', 2), 2, 'no more of a kind than asked for');
select is((select done_at from tenancy.erasure), null, 'it is not done while there is more');
select is(tenancy.erase_rest(:'portal', :'channel', 2) + tenancy.erase_rest(:'portal', :'channel', 2), 3, 'the next calls take what is left');
select is((select row(step, done_at) from tenancy.erasure), row('done'::text, tenancy.now()), 'then it is done');
select is((select count(*) from messaging.raw), 0::bigint, 'with the bytes');
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select tests.sms(:'portal', :'channel');
select tests.sms(:'portal', :'other', p_key => 's2');
select tests.sync_templates(:'portal', :'channel', tests.listed()) as template \gset
select tests.robot(:'portal', :'template');
select is(tenancy.erase_rest(:'portal', :'channel', 9), 2, 'so does what robots and the SMS service asked');
select is((select key from messaging.automation), 's2', 'of this channel');
select * from finish();
rollback;
