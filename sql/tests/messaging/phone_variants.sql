-- requirement: R2.2-a, R2.4-c
begin;
select plan(9);
select is(messaging.phone_variants('5215551234567'), '{+5215551234567,5215551234567,+525551234567,525551234567}', 'a mobile of Mexico as WhatsApp writes it, and as people do');
select is(messaging.phone_variants('525551234567'), '{+525551234567,525551234567,+5215551234567,5215551234567}', 'and the other way');
select is(messaging.phone_variants('5491123456789'), '{+5491123456789,5491123456789,+541123456789,541123456789}', 'a mobile of Argentina');
select is(messaging.phone_variants('541123456789'), '{+541123456789,541123456789}', 'a landline of Argentina is no mobile');
select is(messaging.phone_variants('5511987654321'), '{+5511987654321,5511987654321,+551187654321,551187654321}', 'a mobile of Brazil has a ninth digit');
select is(messaging.phone_variants('551187654321'), '{+551187654321,551187654321,+5511987654321,5511987654321}', 'or had none');
select is(messaging.phone_variants('551132345678'), '{+551132345678,551132345678}', 'a landline of Brazil never had one');
select is(messaging.phone_variants('573001234567'), '{+573001234567,573001234567}', 'Colombia writes all numbers in one way');
select is(messaging.phone_variants('CO.1349'), null, 'what is no number has no variants');
select * from finish();
rollback;
