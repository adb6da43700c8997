-- requirement: R2.1-b, R2.5-b, R2.4-c
begin;
select plan(14);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.refused(p_phone text default '5215551234567', p_actor text default '1') returns text language sql as $$
  select tests.refusal(format('select messaging.send_test(%L, %L, %L, %L)', portal_id, channel_id, p_actor, p_phone)) from tenancy.channel where line_id = '1'
$$;
select is(pg_temp.refused(), 'WB409 write_first', 'nobody wrote from this phone yet');
select is(
  tests.refusal_detail(format('select messaging.send_test(%L, %L, ''1'', ''+52 (1) 555-1234567'')', :'portal', :'channel')) - 'message',
  '{"sqlstate": "WB409", "reason": "write_first", "phone": "5215551234567", "number": "5215550001111"}', 'the refusal says from where and to which number');
select is_empty('select from messaging.message', 'and leaves nothing behind');
select tests.customer_writes(:'portal', :'channel');
select messaging.send_test(:'portal', :'channel', '1', '+52 (1) 555-1234567') as sent \gset
select is(
  (select row(direction, source, author, state, text) from messaging.message where message_id = :'sent'),
  row('out'::text, 'panel'::text, '1'::text, 'queued'::text, 'Mensaje de prueba del canal «Ventas 1». Si lo está leyendo, la conexión funciona.'::text),
  'a message of the panel in the portal''s language, naming the channel');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'sent'::uuid], 'it leaves like any other');
select isnt(messaging.send_test(:'portal', :'channel', '1', '5215551234567'), :'sent', 'each test is a message of its own');
update tenancy.portal set language = 'en';
select messaging.send_test(:'portal', :'channel', '1', '5215551234567') as en \gset
select matches(
  (select text from messaging.message where message_id = :'en'), '^Test message', 'in English');
update tenancy.portal set language = 'pt';
select messaging.send_test(:'portal', :'channel', '1', '5215551234567') as pt \gset
select matches(
  (select text from messaging.message where message_id = :'pt'), '^Mensagem de teste', 'and in Portuguese');

select is(pg_temp.refused('mi teléfono'), 'WB400 malformed_item', 'what is no number is refused');
select is(pg_temp.refused(p_actor => '7'), 'WB403 permission', 'an agent tests nothing');
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select is(
  tests.refusal(format('select messaging.send_test(%L, %L, ''1'', ''5215551234567'')', :'portal', :'other')), 'WB409 write_first',
  'who wrote to one number did not write to the other');
select tests.pass('24 hours');
select is(pg_temp.refused(), 'WB409 write_first', 'after 24 hours he must write again');
select tenancy.change_channel(:'portal', :'channel', 'pause', null, '1');
select is(pg_temp.refused(), 'WB409 channel_state', 'a paused channel tests nothing: it would wait');
select is(
  tests.refusal(format('select messaging.send_test(%L, gen_random_uuid(), ''1'', ''5215551234567'')', :'portal')), 'WB404 unknown_channel', 'an unknown channel is refused');
select * from finish();
rollback;
