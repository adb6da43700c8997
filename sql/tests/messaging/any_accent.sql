-- requirement: R2.1-a, R2.4-c
begin;
select plan(12);
create function tests.matches(p_said text, p_sought text) returns boolean language sql as $$ select p_said ~* messaging.any_accent(p_sought) $$;

select ok(tests.matches('Cotización', 'cotizacion'), 'an accent that is said need not be sought');
select ok(tests.matches('cotizacion', 'COTIZACIÓN'), 'nor one that is sought be said');
select ok(tests.matches('ÁNGEL ÑANDÚ', 'angel nandu'), 'in capitals too');
select ok(tests.matches('Jose' || U&'\0301', 'josé'), 'nor does it matter whether an accent is written apart');
select ok(tests.matches('josé', 'jose' || U&'\0301'), 'on either side');
select ok(tests.matches('São Paulo, ação', 'sao paulo, acao'), 'in Portuguese as in Spanish');
select ok(not tests.matches('cotizaciones', 'cotizador'), 'other letters are other letters');
select ok(not tests.matches('abc', 'a.c') and tests.matches('¿cuesta $5.00 (o 10%)? [x]\y', 'CUESTA $5.00 (O 10%)? [x]\y'), 'a sign is a sign, whatever it means elsewhere');
select ok(tests.matches('línea uno', '  linea uno '), 'spaces around it are not sought');
select is(messaging.any_accent('   '), null, 'a text that says nothing seeks nothing');
select is(messaging.any_accent(null), null, 'nor does none');
select ok(tests.matches(repeat('largo ', 50), repeat('largo ', 100)), 'of a very long text only the beginning is sought');
select * from finish();
rollback;
