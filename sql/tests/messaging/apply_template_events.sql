-- requirement: R2.1-c, R2.2-a
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed()) as template \gset
create function pg_temp.says(p_more jsonb) returns text language sql as $$
  select outcome from messaging.record_events(jsonb_build_array((
    select jsonb_build_object('portal_id', portal_id, 'channel_id', channel_id, 'fact', 'template', 'event', 'status-update',
      'template_id', '5e3c0b1a-0000-4000-8000-000000000001', 'element_name', 'pedido_listo', 'language', 'es', 'payload', '{}'::jsonb) from tenancy.channel) || p_more))
$$;
create function pg_temp.stands() returns text language sql as $$ select concat_ws(' ', status, category, next_category, quality, reason) from messaging.template $$;
select tests.pass('1 minute');
select is(pg_temp.says('{"status": "PAUSED", "payload": {"description": "3 horas"}}'), 'kept', 'an event is kept');
select is(pg_temp.stands(), 'paused utility GREEN 3 horas', 'and applied, with its reason');
select is((select kind from messaging.claim_template_tasks()), 'sync', 'the rest comes with a synchronization');
select is(
  (select row(what, before, after, reason, source) from messaging.template_change where at = tenancy.now()), row('status'::text, 'approved'::text, 'paused'::text, '3 horas'::text, 'event'::text), 'its story tells it');
select pg_temp.says('{"status": "PAUSED", "payload": {"description": "3 horas"}}');
select is((select count(*) from messaging.template_change where at = tenancy.now()), 1::bigint, 'once, however often it is said');
select pg_temp.says('{"status": "rejected", "reason": "INVALID_FORMAT"}');
select is(pg_temp.stands(), 'rejected utility GREEN INVALID_FORMAT', 'a rejection names its reason');
select pg_temp.says('{"event": "category-update", "payload": {"category": {"current": "UTILITY", "correct": "MARKETING"}}}');
select is(pg_temp.stands(), 'rejected utility marketing GREEN INVALID_FORMAT', 'an announced category is shown beforehand');
select pg_temp.says('{"event": "category-update", "payload": {"category": {"old": "UTILITY", "new": "MARKETING"}}}');
select is(pg_temp.stands(), 'rejected marketing GREEN INVALID_FORMAT', 'and then done');
select pg_temp.says('{"event": "quality-update", "status": "Active - Quality Low"}');
select is(pg_temp.stands(), 'rejected marketing RED INVALID_FORMAT', 'a quality is no status');
select is(pg_temp.says('{"template_id": "otra", "element_name": "otra", "status": "approved", "payload": {"category": "x"}}'), 'kept', 'an unknown template changes nothing');
select is(pg_temp.stands(), 'rejected marketing RED INVALID_FORMAT', 'of others');
select * from finish();
rollback;
