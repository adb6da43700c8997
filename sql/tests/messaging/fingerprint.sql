-- requirement: R2.5-b
begin;
select plan(5);
select is(messaging.fingerprint(E'Hola *Ana*,\nsu pedido 7 está listo.'), messaging.fingerprint(E'Hola Ana , su  pedido 7 está listo.'), 'lines, spaces and emphasis do not matter');
select is(messaging.fingerprint(E'[\u200Bb]precio'), messaging.fingerprint('[b]precio'), 'nor what was put in so that a text is no markup');
select isnt(messaging.fingerprint('Hola Ana'), messaging.fingerprint('Hola Eva'), 'words do');
select isnt(messaging.fingerprint('👍'), messaging.fingerprint('👎'), 'and so does what is no letter');
select is(messaging.fingerprint(null), messaging.fingerprint(''), 'no text is an empty text');
select * from finish();
rollback;
