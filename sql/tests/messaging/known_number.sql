-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('other0portal') as other \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'Hola', '5215551234567') \g /dev/null
select is(messaging.known_number(:'portal', '5215551234567'), '5215551234567', 'who is known is known');
select is(messaging.known_number(:'portal', '525551234567'), '5215551234567', 'also where the number is written in another way');
select is(messaging.known_number(:'portal', '525557654321'), '525557654321', 'a stranger''s number stays as it is');
select is(messaging.known_number(:'other', '525551234567'), '525551234567', 'another portal''s customers are strangers');
select messaging.note_mismatch(:'portal', '5491145678901', '5215551234567') \g /dev/null
select is(messaging.known_number(:'portal', '541145678901'), '5491145678901', 'what WhatsApp said of a dialled number counts as well');
select tests.customer_writes(:'portal', :'channel', 'Hola', '5511987654321') \g /dev/null
select is(messaging.known_number(:'portal', '551187654321'), '5511987654321', 'in Brazil, too');
select is(messaging.known_number(:'portal', 'MX.abc'), 'MX.abc', 'what is no number is left alone');
select is(messaging.known_number(:'portal', null), null, 'and so is nothing');
select * from finish();
rollback;
