-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select billing.set_thresholds(:'portal', '1', '[500000]');
select is_empty('select from billing.claim_alerts()', 'nothing happened, nothing is told');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 900000)));
update tenancy.portal set notify = '{1,27}' where portal_id = :'portal';
select results_eq('select kind, token, tries, language, currency, people, detail ->> $$threshold$$ from billing.claim_alerts()', $$values ('low_balance', 1::bigint, 1, 'es', 'USD', array['1', '27'], '500000')$$, 'an alert is claimed, with all that is told and to whom');
select results_eq('select kind, detail ->> $$threshold$$ from billing.mail', $$values ('low_balance', '500000')$$, 'the customer''s contacts get it by mail');
select is_empty('select from billing.claim_alerts()', 'by one');
select tests.pass('2 minutes');
select is((select token from billing.claim_alerts()), 2::bigint, 'until its lease ends');
select is((select count(*) from billing.mail), 1::bigint, 'who is told again gets no second letter');
select * from finish();
rollback;
