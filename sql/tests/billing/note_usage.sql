-- requirement: R2.3-a, R2.2-b
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is(billing.note_usage(:'portal', :'channel', '[{"day": "2026-11-31", "fees": "1", "currency": "USD"}, {"day": "2026-11-21", "fees": "much", "currency": "USD"}]'), 0,
  'a day that there is, an amount that is one');
select is(billing.note_usage(:'portal', :'channel', '[{"day": "2026-11-21", "marketing": 3, "authentication": 1, "authentication_international": 2, "utility": 0, "service": "x", "fees": "0.123456", "currency": "USD"}]'), 1, 'a day is kept');
select is((select row(day, said, fees::bigint, currency, compared_at) from billing.usage), row('2026-11-21'::date, '{"marketing": 3, "authentication": 3}'::jsonb, 123456::bigint, 'USD'::text, null::timestamptz), 'as counts and millionths');
update billing.usage set compared_at = tenancy.now();
select is(billing.note_usage(:'portal', :'channel', '[{"day": "2026-11-21", "service": 4, "fees": 1, "currency": "USD"}, 7, null, {}, {"day": "x"}]'), 1, 'what is none is passed over');
select is((select row(said, fees::bigint, compared_at) from billing.usage), row('{"service": 4}'::jsonb, 1000000::bigint, null::timestamptz), 'what is said later replaces it and is compared anew');
select is(billing.note_usage(:'portal', :'channel', null), 0, 'a check that did not ask keeps nothing');
select * from finish();
rollback;
