-- requirement: R4-b, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.publish_card('out service MX 0.4 0.3 submitted 0 0 true', 'out service * 0.8 0.5 sent 0 0 false') as card \gset
select ok(billing.reverses(:'card', 'service', 'MX'), 'by the row of the country');
select ok(not billing.reverses(:'card', 'service', 'CO'), 'or of all others');
select ok(not billing.reverses(:'card', 'service', null), 'also where the country is not known');
select ok(not billing.reverses(null, 'service', 'MX'), 'what no card priced cost nothing');
select * from finish();
rollback;
