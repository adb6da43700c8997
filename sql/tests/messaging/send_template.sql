-- requirement: R2.1-c, R2.4-c, R2.5-b
begin;
select plan(22);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "foto", "type": "IMAGE", "body": "Mire.", "header": null}'),
  tests.listed('{"name": "pausada", "status": "PAUSED", "body": "Hola."}')) as template \gset
create function pg_temp.refused(p_name text default 'pedido_listo', p_values jsonb default '{"body.1": "Ana", "body.2": "7"}', p_phone text default '573001234567', p_actor text default '1', p_url text default null, p_key text default 'k9') returns text language sql as $$
  select tests.refusal(format('select messaging.send_template(%L, %L, %L, %L, %L, '''', %L, %L)', portal_id, p_actor, template_id, p_key, p_phone, p_values, p_url)) from messaging.template where name = p_name
$$;
select messaging.send_template(:'portal', '1', :'template', 'k1', '+57 300 123 4567', 'Ana', '{"body.1": "Ana", "body.2": "7"}') as sent \gset
select is((select row(kind, text, source, author, state) from messaging.message where direction = 'out'), row('template'::text, 'Hola Ana, su pedido 7 está listo.'::text, 'panel'::text, '1'::text, 'queued'::text), 'a message of the panel, with its text');
select is((select row(k.name, v.chat_key, v.window_until) from messaging.conversation v join messaging.contact k using (portal_id, contact_id)), row('Ana'::text, '573001234567'::text, null::timestamptz), 'a new number has a conversation without a window');
select is((select row(category, country) from billing.charge), row('utility'::text, 'CO'::text), 'it costs what its category costs there');
select is((select row(kind, contact ->> 'wa_id', payload -> 'template' ->> 'provider_id', payload -> 'template' -> 'params') from messaging.claim('out', array[:'portal'::uuid])),
  row('template'::text, '573001234567'::text, '5e3c0b1a-0000-4000-8000-000000000001'::text, '["Ana", "7"]'::jsonb), 'the worker gets what Gupshup takes');
select is(messaging.send_template(:'portal', '1', :'template', 'k1', '573001234567', 'Ana', '{"body.1": "Ana", "body.2": "7"}'), :'sent', 'pressed twice, sent once');
select isnt(messaging.send_template(:'portal', '1', :'template', 'k2', '573001234567', '', '{"body.1": "Eva", "body.2": "8"}'), :'sent', 'another is another');
select is((select count(*) from messaging.contact), 1::bigint, 'to the same customer');
select is(pg_temp.refused(p_values => '{"body.1": " "}'), 'WB422 template_incomplete', 'an empty variable stops it');
select is(pg_temp.refused(p_values => jsonb_build_object('body.1', repeat('a', 1030), 'body.2', '7')), 'WB422 too_long', 'so does a text that grew too long');
select is(pg_temp.refused('pausada'), 'WB409 template_state', 'a paused one');
select is(pg_temp.refused('foto'), 'WB422 template_incomplete', 'a file that is missing');
select is(pg_temp.refused(p_phone => 'Ana'), 'WB400 malformed_item', 'what is no number');
select is(pg_temp.refused(p_phone => '573009999999', p_actor => 'key:x'), 'WB404 unknown_template', 'and whoever has no right');
select is((select count(*) from messaging.message where direction = 'out'), 2::bigint, 'nothing of that is kept');
select is((select count(*) from billing.charge), 2::bigint, 'or costs anything');
select is(pg_temp.refused('foto', p_url => 'https://e.example/foto.png'), 'accepted', 'with its file it goes');
select is((select row(media, text) from messaging.message where payload -> 'template' ->> 'type' = 'IMAGE'), row('{"url": "https://e.example/foto.png"}'::jsonb, 'Mire.'::text), 'which the worker will copy');
select tests.customer_writes(:'portal', :'channel', 'Hola', '5215551234567');
select is(pg_temp.refused(p_phone => '5215551234567', p_key => 'k10'), 'accepted', 'a known customer keeps his conversation');
select is(pg_temp.refused(p_phone => '+52 555 123 4567', p_key => 'k12'), 'accepted', 'however his number is written');
select is((select count(*) from messaging.conversation), 2::bigint, 'and gets no second one');
select tests.pass('30 days');
select tests.publish_card('out service * 0 0 sent');
select tests.pass('1 second');
select is(pg_temp.refused(p_key => 'k11'), 'WB422 no_price', 'what has no price is not sent');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
