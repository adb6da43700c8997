-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.set_thresholds(:'portal', '1', '[500000]');
select is_empty('select from billing.claim_alerts()', 'nothing happened, nothing is told');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 900000)));
select results_eq('select kind, token, tries, language, detail ->> $$threshold$$ from billing.claim_alerts()', $$values ('low_balance', 1::bigint, 1, 'es', '500000')$$, 'an alert is claimed, with all that is told');
select is_empty('select from billing.claim_alerts()', 'by one');
select tests.pass('2 minutes');
select is((select token from billing.claim_alerts()), 2::bigint, 'until its lease ends');
select * from finish();
rollback;
