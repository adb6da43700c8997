-- requirement: R2.2-a, R2.1-c, R2.4-c
begin;
select plan(21);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel');

-- The verdict on a message of user 7 to Carla, unless p_more says otherwise.
create function pg_temp.verdict(p_portal uuid, p_more jsonb default '{}') returns text language sql as $$
  select string_agg(concat_ws(' ', d.outcome, d.reason, d.detail), ', ' order by d.item, d.part)
    from unnest(messaging.decide_outgoing(array(
           select r from messaging.read_outgoing(jsonb_build_array(tests.outgoing(p_portal, p_more))) r))) d
$$;

select is(pg_temp.verdict(:'portal'), 'accepted', 'an operator answers within 24 hours');
select is(pg_temp.verdict(:'portal', '{"user_id": null}'), 'accepted', 'and so may the portal itself');

-- who may write
select tenancy.note_users(:'portal', '[{"user_id": "8", "name": "Olga", "is_active": false}]');
select is(pg_temp.verdict(:'portal', '{"user_id": "8"}'), 'refused permission {"user_id": "8"}', 'a dismissed user may not');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '9', :'channel', 'auditor', tenancy.now());
select is(pg_temp.verdict(:'portal', '{"user_id": "9"}'), 'refused permission {"user_id": "9"}', 'nor may one whose role only reads');

-- the 24-hour window
select tests.at('2026-11-23 11:59:59+00');
select is(pg_temp.verdict(:'portal'), 'accepted', 'to the last second of the window');
select tests.at('2026-11-23 12:00+00');
select is(pg_temp.verdict(:'portal'), 'refused window {"window_until": "2026-11-23T12:00:00+00:00"}', 'then free text is refused');
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "pausada", "status": "PAUSED", "reason": "quejas"}')) as template \gset
create function pg_temp.template(p_name text, p_values jsonb default '{"body.1": "Ana", "body.2": "7"}') returns jsonb language sql as $$
  select jsonb_build_object('kind', 'template', 'template', jsonb_build_object('template_id', template_id, 'values', p_values)) from messaging.template where name = p_name
$$;
create function pg_temp.asks(p_portal uuid, p_part jsonb) returns text language sql as $$ select pg_temp.verdict(p_portal, jsonb_build_object('parts', jsonb_build_array(p_part))) $$;
select is(pg_temp.asks(:'portal', pg_temp.template('pedido_listo')), 'accepted', 'a template has no window');
select is(pg_temp.asks(:'portal', pg_temp.template('pausada')), 'refused template_state {"name": "pausada", "said": "quejas", "status": "paused"}', 'but it must be approved');
select is(pg_temp.asks(:'portal', pg_temp.template('pedido_listo', '{"body.2": "7"}')), 'refused template_incomplete {"media": false, "missing": ["body.1"]}', 'and filled in');
select is(pg_temp.asks(:'portal', format('{"kind": "template", "template": {"template_id": "%s"}}', :'channel')::jsonb), format('refused unknown_template {"template_id": "%s"}', :'channel'), 'and exist');
update billing.plan set features = '{"send": true}';
select is(pg_temp.asks(:'portal', pg_temp.template('pedido_listo')), 'refused plan {"state": "active"}', 'in a plan that has templates');
update billing.plan set features = '{"send": true, "templates": true}';
select is(
  (select row(d.text, d.payload -> 'template' -> 'params', d.payload -> 'template' ->> 'category')
     from unnest(messaging.decide_outgoing(array(
            select r from messaging.read_outgoing(jsonb_build_array(tests.outgoing(:'portal', jsonb_build_object('parts', jsonb_build_array(pg_temp.template('pedido_listo')))))) r))) d),
  row('Hola Ana, su pedido 7 está listo.'::text, '["Ana", "7"]'::jsonb, 'utility'::text), 'its text, parameters and category are put in here');
select is(pg_temp.verdict(:'portal', '{"user_id": "8"}'), 'refused permission {"user_id": "8"}', 'of two reasons the one that a person would ask for first is given');
select is(pg_temp.verdict(:'portal', jsonb_build_object('parts', jsonb_build_array(pg_temp.template('pedido_listo'), '{"text": "y un texto"}'::jsonb))),
  'accepted, refused window {"window_until": "2026-11-23T12:00:00+00:00"}', 'each part is decided by itself');

-- the channel
select tests.customer_writes(:'portal', :'channel');
select tenancy.change_channel(:'portal', :'channel', 'problem');
select is(pg_temp.verdict(:'portal'), 'accepted', 'while a channel needs attention, messages wait');
select tenancy.change_channel(:'portal', :'channel', 'suspend');
select is(pg_temp.verdict(:'portal'), 'refused plan {"state": "suspended"}', 'a suspended channel is not paid for');
select tenancy.change_channel(:'portal', :'channel', 'disconnect');
select is(pg_temp.verdict(:'portal'), 'refused channel_state {"state": "disconnected", "next_action": "connect"}', 'a disconnected one says what to do');
select tenancy.change_channel(:'portal', :'channel', 'connect');
select is(pg_temp.verdict(:'portal'), 'accepted', 'one that is being connected takes messages already');

-- the portal
update tenancy.portal set state = 'needs_reauth' where portal_id = :'portal';
select is(pg_temp.verdict(:'portal'), 'accepted', 'WhatsApp works while the portal must be authorised again');
update tenancy.portal set state = 'suspended' where portal_id = :'portal';
select is(pg_temp.verdict(:'portal'), 'refused plan {"state": "connecting"}', 'but not for a suspended portal');

-- what was decided before
select is(pg_temp.verdict(:'portal', jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('text', repeat('a', 5000))))),
  'refused too_long {"limit": 4096, "length": 5000}', 'a row that is refused already keeps its reason');
select * from finish();
rollback;
