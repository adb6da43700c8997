-- requirement: R4-c, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.opened(:'portal') as payment \gset
create function pg_temp.note(p_portal uuid, p_payment uuid, p_note jsonb) returns text language sql as $$
  select tests.refusal(format('select billing.note_payment(%L, %L, %L)', p_portal, p_payment, p_note))
$$;
select is(billing.note_payment(:'portal', :'payment', '{"outcome": "redirected", "url": "https://checkout.example/1", "ids": {"checkout": "cs_1"}}'), 'redirected', 'the payer has a page');
select is((select row(p.url, a.outcome, o.payment_id) from billing.payment p join billing.payment_attempt a using (payment_id) join billing.provider_object o on o.object_id = 'cs_1'),
  row('https://checkout.example/1'::text, 'redirected'::text, :'payment'::uuid), 'its address, the attempt and the object are kept');
select is(billing.note_payment(:'portal', :'payment', '{"outcome": "processing", "ids": {"payment": "pi_1"}}'), 'processing', 'the provider works on it');
select is(billing.note_payment(:'portal', :'payment', '{"outcome": "unknown"}'), 'unknown', 'an answer may be lost');
select is(billing.note_payment(:'portal', :'payment', '{"outcome": "expired", "code": "session"}'), 'expired', 'and it ends');
select is((select row(url, state_reason) from billing.payment), row(null::text, 'session'::text), 'without its page');
select is(billing.note_payment(:'portal', :'payment', '{"outcome": "processing"}'), 'expired', 'what comes late changes nothing');
select is(pg_temp.note(:'portal', :'payment', '{"outcome": "succeeded"}'), 'WB400 malformed_call', 'nobody says that money came');
select is(pg_temp.note(:'portal', :'payment', '{"outcome": "redirected", "url": "javascript:1"}'), 'WB400 malformed_call', 'a page has an address');
select is(pg_temp.note(:'portal', gen_random_uuid(), '{"outcome": "expired"}'), 'WB404 unknown_payment', 'of a payment that there is');
select tests.create_portal('other') as other \gset
select tests.opened(:'other', '{"key": "o"}') as theirs \gset
select is(pg_temp.note(:'other', :'theirs', '{"outcome": "processing", "ids": {"checkout": "cs_1"}}'), 'WB409 foreign_object', 'an object is one portal''s');
select tests.opened(:'portal', '{"kind": "method", "amount": 0, "key": "m"}') as method \gset
select is(billing.note_payment(:'portal', :'method', '{"outcome": "succeeded", "ids": {"customer": "cus_1"}}'), 'succeeded', 'saving a card succeeds without money');
select * from finish();
rollback;
