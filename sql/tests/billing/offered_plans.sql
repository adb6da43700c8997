-- requirement: R2.1-b, R4-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.publish_plan('pro', '20');
select tests.publish_plan('pro', '25');
select tests.publish_plan('norte', '400', '{"currency": "MXN"}');
select tests.publish_plan('gratis', '0', '{"currency": "MXN"}');
select is((select string_agg(code || version, ' ') from billing.offered_plans(:'portal', '1')), 'basic1 gratis1 pro2', 'the newest versions in the customer''s currency, and what costs nothing');
update tenancy.customer set currency = 'MXN';
select is((select string_agg(code, ' ') from billing.offered_plans(:'portal', '1')), 'basic gratis norte', 'each in his own');
select billing.withdraw_plan('staff', 'norte');
select is((select string_agg(code, ' ') from billing.offered_plans(:'portal', '1')), 'basic gratis', 'what is withdrawn is not offered');
select is(tests.refusal(format('select billing.offered_plans(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent has no business with it');
select * from finish();
rollback;
