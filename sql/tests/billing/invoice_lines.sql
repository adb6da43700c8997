-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.fund(:'portal', 10000000);
select tests.publish_card('out service CO 0.3 0.1 sent');
select tests.ids(3) as messages \gset
select tests.held(:'portal', :'channel', :'messages', '{"category": "service", "country": "CO"}');
select tests.moved(:'portal', :'messages', 'sent');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'sub', 2000000, '{"reason": "subscription", "detail": {"plan": "basic"}}')));
select is(billing.invoice_lines(:'portal', '2026-11-01', '2026-12-01'),
  '[{"what": "messages", "detail": {"category": "service"}, "amount": 900000, "quantity": 3}, {"what": "subscription", "detail": {"plan": "basic"}, "amount": 2000000, "quantity": 1}]', 'messages by category, subscriptions by plan');
select is(billing.invoice_lines(:'portal', '2026-12-01', '2027-01-01'), '[]', 'each time its own');
select * from finish();
rollback;
