-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.begins(p_portal uuid, p_payment uuid) returns text language sql as $$
  select string_agg(replace(a.idempotency_key, p_payment::text, 'id') || ' ' || a.is_new, ',') from billing.begin_attempt(p_portal, p_payment) a
$$;
select is(pg_temp.begins(:'portal', :'payment'), 'topup:id:1 false', 'while its outcome is not known it is the same attempt');
select billing.note_payment(:'portal', :'payment', '{"outcome": "unknown"}');
select tests.pass('2 days');
select is(pg_temp.begins(:'portal', :'payment'), 'topup:id:1 false', 'however long that takes: nothing is charged under a new key');
select billing.note_payment(:'portal', :'payment', '{"outcome": "redirected", "url": "https://checkout.example/1"}');
select billing.note_payment(:'portal', :'payment', '{"outcome": "declined", "code": "insufficient_funds"}');
select is(tests.payment(:'payment'), 'redirected 0 0 0', 'on an open page another card may be tried');
select is(pg_temp.begins(:'portal', :'payment'), 'topup:id:1 false', 'in the same attempt');
update billing.payment_attempt set outcome = 'failed';
select is(pg_temp.begins(:'portal', :'payment'), 'topup:id:2 true', 'after one that certainly failed there is another');
select billing.note_payment(:'portal', :'payment', '{"outcome": "cancelled"}');
select is(pg_temp.begins(:'portal', :'payment'), null, 'a payment that is over is not asked for');
select * from finish();
rollback;
