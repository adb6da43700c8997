-- requirement: R2.1-c, R2.2-a
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.stands() returns text language sql as $$
  select string_agg(concat_ws(' ', name, language, category, status, quality, reason), ', ' order by name, language) from messaging.template
$$;
create function pg_temp.story() returns text language sql as $$
  select string_agg(concat_ws(' ', what, coalesce(before, '-'), after, source), ', ' order by what, after) from messaging.template_change where at = tenancy.now()
$$;
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"language": "en"}')) as template \gset
select is(pg_temp.stands(), 'pedido_listo en utility approved GREEN, pedido_listo es utility approved GREEN', 'each language is a template; words in one spelling');
select is(pg_temp.story(), 'status - approved sync, status - approved sync', 'its story begins with its status');
select tests.pass('1 hour');
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"language": "en"}'));
select is(pg_temp.story(), null, 'nothing changed: nothing is told');
select is((select changed_at from messaging.template where template_id = :'template'), '2026-11-22 12:00+00', 'and nothing counts as changed');
select is((select synced_at from messaging.template where template_id = :'template'), '2026-11-22 13:00+00', 'but it was looked at');
select tests.pass('1 hour');
select tests.sync_templates(:'portal', :'channel', tests.listed('{"category": "MARKETING", "status": "PAUSED", "quality": "RED", "reason": "por quejas"}'));
select is(pg_temp.story(), 'category utility marketing sync, quality GREEN RED sync, status approved gone sync, status approved paused sync', 'every change is told');
select is((select reason from messaging.template_change where after = 'paused'), 'por quejas', 'with its reason');
select is(pg_temp.stands(), 'pedido_listo en utility gone GREEN, pedido_listo es marketing paused RED por quejas', 'what is no longer listed is gone, not forgotten');
select tests.pass('1 hour');
select is(tests.sync_templates(:'portal', :'channel', tests.listed('{"provider_id": "otra"}')), :'template', 'one that is made anew under its name is the same for us');
select is((select provider_id from messaging.template where template_id = :'template'), 'otra', 'under its new id');
select tests.sync_templates(:'portal', :'channel', '{"name": "", "language": "es"}', '{"language": "es"}', tests.listed('{"status": null, "category": null, "buttons": "x"}'));
select is((select row(status, category, buttons) from messaging.template where template_id = :'template'), row('unknown'::text, 'unknown'::text, '[]'::jsonb), 'what cannot be read is not sendable, and breaks nothing');
select is((select count(*) from messaging.template), 2::bigint, 'without a name there is nothing to keep');
select messaging.write_template(:'portal', '1', 'create', :'channel', null, tests.draft()) as made \gset
select messaging.keep_templates(:'portal', :'channel', '[]', tenancy.now() + interval '1 second');
select is((select status from messaging.template where template_id = :'made'), 'submitting', 'what is still to be created is not missed');
update messaging.template_task set ended_at = tenancy.now() where kind = 'create';
select messaging.keep_templates(:'portal', :'channel', '[]', tenancy.now() - interval '1 second');
select is((select status from messaging.template where template_id = :'made'), 'submitting', 'nor what was created after the list was asked for');
select messaging.keep_templates(:'portal', :'channel', '[]', tenancy.now() + interval '1 second');
select is((select row(status, reason) from messaging.template where template_id = :'made'), row('refused'::text, 'not_found'::text), 'what was sent off and is not there was not taken');
select * from finish();
rollback;
