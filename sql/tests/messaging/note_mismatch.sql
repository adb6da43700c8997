-- requirement: R2.2-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'Hola', '5215551234567') as hello \gset
create function tests.knows(p_value text) returns text language sql as $$
  select string_agg(f.kind || ' of ' || (select min(w.value) from messaging.identifier w where w.contact_id = f.contact_id and w.kind = 'wa'), ', ')
    from messaging.identifier f where f.value = p_value
$$;

select messaging.note_mismatch(:'portal', '525551234567', '5215551234567');
select is(tests.knows('525551234567'), 'alias of 5215551234567', 'the digits that were dialled become an alias of the customer WhatsApp named');
select messaging.note_mismatch(:'portal', '525551234567', '5215551234567');
select is((select count(*) from messaging.identifier), 2::bigint, 'once');
select messaging.note_mismatch(:'portal', '525551234567', '5210000000001');
select is(tests.knows('5210000000001'), 'wa of 5210000000001', 'a new WhatsApp id joins the contact that has the digits');
select is((select count(distinct contact_id) from messaging.identifier), 1::bigint, 'there is still one customer');

select tests.customer_writes(:'portal', :'channel', 'Olá', '5511988887777') as other \gset
select messaging.note_mismatch(:'portal', '5511988887777', '5215551234567');
select is(tests.knows('5511988887777') || ', ' || tests.knows('5215551234567'), 'wa of 5511988887777, wa of 5210000000001', 'two customers whom we know as different people are never merged');
select messaging.note_mismatch(:'portal', '111', '222');
select is(tests.knows('111'), null, 'a mismatch between strangers is nobody''s');
select tests.customer_writes(:'portal', :'channel', 'soy yo', '525551234567') as again \gset
select is(
  (select conversation_id from messaging.message where message_id = :'again'),
  (select conversation_id from messaging.message where message_id = :'hello'),
  'a customer who writes under the other number stays in his conversation');
select * from finish();
rollback;
