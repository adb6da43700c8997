-- requirement: R2.1-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.sync_templates(:'portal', :'channel', tests.listed()) as template \gset
select tests.pass('1 hour');
select tests.sync_templates(:'portal', :'channel', tests.listed('{"status": "PAUSED", "reason": "quejas"}'));
select tests.publish_card('out utility MX 0.01 0.008 delivered', 'out marketing MX 0.05 0.04 delivered', 'out service * 0 0 sent');
select tests.pass('1 second');
select is(
  (select changes from messaging.template_story(:'portal', '7', :'template')),
  '[{"what": "status", "before": "approved", "after": "paused", "reason": "quejas", "source": "sync", "at": "2026-11-22T13:00:00+00:00"},
    {"what": "status", "before": null, "after": "approved", "reason": null, "source": "sync", "at": "2026-11-22T12:00:00+00:00"}]', 'the newest first');
select is((select country from messaging.template_story(:'portal', '7', :'template')), 'MX', 'of the channel''s number');
select is(
  (select prices from messaging.template_story(:'portal', '7', :'template')),
  '[{"price": 10000, "category": "utility", "currency": "USD"}, {"price": 50000, "category": "marketing", "currency": "USD"}]', 'what each category costs; what has no price is left out');
select is(tests.refusal(format('select messaging.template_story(%L, ''7'', gen_random_uuid())', :'portal')), 'WB404 unknown_template', 'of no other');
select is(tests.refusal(format('select messaging.template_story(%L, ''key:x'', %L)', :'portal', :'template')), 'WB404 unknown_template', 'whoever may not see it does not learn of it');
select * from finish();
rollback;
