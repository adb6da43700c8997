-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
update tenancy.customer set contacts = '[{"email": "caja@acme.example", "purpose": "billing"}]', language = 'pt';
select is_empty('select from billing.claim_mail()', 'nothing happened, nobody is written to');
select tests.top_up(:'portal', 5000000);
select results_eq('select kind, token, tries, currency, language, recipients, issuer from billing.claim_mail()',
  $$values ('receipt', 1::bigint, 1, 'USD', 'pt', array['caja@acme.example'], 'WhatsAppB24')$$, 'a receipt is mailed to the contacts, in their language');
select is_empty('select from billing.claim_mail()', 'by one');
select tests.pass('5 minutes');
update tenancy.customer set contacts = '[{"email": "otra@acme.example"}]';
select is((select row(token, recipients) from billing.claim_mail()), row(2::bigint, array['otra@acme.example']), 'until the lease ends; then to the addresses of then');
select tests.pass('5 minutes');
update tenancy.customer set contacts = '[]';
select is_empty('select from billing.claim_mail()', 'where there is nobody to write to');
select is((select row(state, state_reason) from billing.mail), row('moot'::text, 'no_address'::text), 'that is said');
update tenancy.customer set contacts = '[{"email": "caja@acme.example"}]';
update billing.mail set state = 'waits', state_reason = null;
select tests.pass('7 days');
select billing.claim_mail();
select is((select row(state, state_reason) from billing.mail), row('moot'::text, 'too_late'::text), 'what is not worth telling any more is not sent');
select * from finish();
rollback;
