-- requirement: R4-b, R2.4-c
begin;
select plan(2);
select tests.publish_card('out service MX 0.02 0.01 delivered 5 0.0008 false', 'out service * 0.03 0.01 sent', 'in service * 0 0 submitted') as card \gset
select results_eq(format('select * from billing.rates(%L)', :'card'),
  $$values ('out', 'service', '*', 30000::bigint, 10000::bigint, 'sent', 0, 0::bigint, true),
           ('out', 'service', 'MX', 20000, 10000, 'delivered', 5, 800, false),
           ('in', 'service', '*', 0, 0, 'submitted', 0, 0, true)$$, 'every row with all its terms, those for every country before the exceptions');
select is(tests.refusal(format('select billing.rates(%L)', gen_random_uuid())), 'WB404 unknown_rate_card', 'of a card that there is');
select * from finish();
rollback;
