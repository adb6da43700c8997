-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
select tests.create_portal('other') as other \gset
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is(billing.bind_objects(:'portal', :'payment', 'stripe', '{"checkout": "cs_1", "customer": "cus_1", "method": "pm_1", "portal_id": "x"}'), null, 'objects are bound');
select is((select string_agg(kind || ' ' || object_id || ' ' || (payment_id is not null), ', ' order by kind) from billing.provider_object where object_id ~ '^(cs|cus|pm|x)'), 'checkout cs_1 true, customer cus_1 false',
  'a customer to the portal, the others to the payment; references of methods are not kept');
select is(billing.bind_objects(:'other', :'theirs', 'stripe', '{"checkout": "cs_1", "payment": "pi_1"}'), 'cs_1', 'what is bound stays');
select is((select portal_id from billing.provider_object where object_id = 'cs_1'), :'portal'::uuid, 'where it is');
select is(billing.bind_objects(:'other', :'theirs', 'paypal', '{"checkout": "cs_1"}'), null, 'at another provider it is another object');
select * from finish();
rollback;
