-- requirement: R2.1-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "foto", "type": "IMAGE", "status": "PAUSED"}')) as template \gset
create function pg_temp.seen(p_phone text default '', p_values jsonb default '{"body.1": "Ana", "body.2": "7"}', p_actor text default '1') returns table (text text, missing text[], window_until timestamptz, contact_name text, country text, price bigint, reason text, detail jsonb) language sql as $$
  select v.text, v.missing, v.window_until, v.contact_name, v.country, v.price::bigint, v.reason, v.detail from messaging.template t cross join lateral messaging.preview_template(t.portal_id, p_actor, t.template_id, p_phone, p_values) v where t.name = 'pedido_listo'
$$;
select is((select row(text, reason) from pg_temp.seen()), row('Hola Ana, su pedido 7 está listo.'::text, null::text), 'its text, and nothing against it');
select is((select row(missing, reason) from pg_temp.seen(p_values => '{"body.1": "Ana"}')), row('{body.2}'::text[], 'template_incomplete'::text), 'what is missing stops it');
select is((select reason from pg_temp.seen(p_actor => '7')), null, 'an agent sends too');
select tests.publish_card('out utility MX 0.01 0.008 delivered', 'out utility CO 0.02 0.01 delivered', 'out service * 0 0 sent');
select tests.pass('1 second');
select is((select row(country, price) from pg_temp.seen('+52 1 555 123 4567')), row('MX'::text, 10000::bigint), 'its price to this number');
select is((select row(country, price) from pg_temp.seen('573001234567')), row('CO'::text, 20000::bigint), 'and to another country');
select is((select reason from pg_temp.seen('14155550100')), 'no_price', 'a country without a price is said');
select is((select window_until from pg_temp.seen('5215551234567')), null, 'a new number has no window');
select tests.customer_writes(:'portal', :'channel');
select is((select row(window_until, contact_name) from pg_temp.seen('5215551234567')), row(tenancy.now() + interval '24 hours', 'Carla'::text), 'who wrote has one, and a name');
select is(
  (select row(needs_media, reason, detail ->> 'status') from messaging.preview_template(:'portal', '1', (select template_id from messaging.template where name = 'foto'))),
  row(true, 'template_state'::text, 'paused'::text), 'a paused one says so');
select tenancy.change_channel(:'portal', :'channel', 'disconnect', null, '1');
select is((select reason from pg_temp.seen()), 'channel_state', 'so does a channel that is off');
select is(tests.refusal(format('select messaging.preview_template(%L, ''key:x'', %L)', :'portal', :'template')), 'WB404 unknown_template', 'whoever may not see it does not learn of it');
select is(tests.refusal(format('select messaging.preview_template(%L, ''1'', %L, null, ''[]'')', :'portal', :'template')), 'WB400 malformed_item', 'values have names');
select * from finish();
rollback;
