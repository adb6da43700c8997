-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
update tenancy.customer set contacts = '[{"email": "caja@acme.example"}]';
select tests.top_up(:'portal', 5000000);
select mail_id as mail from billing.claim_mail() \gset
select is(billing.settle_mail(:'portal', :'mail', 7, 'sent'), 'waits', 'only who claimed it may report');
select is(billing.settle_mail(:'portal', :'mail', 1, 'retry', 'timeout'), 'waits', 'what was not sent waits');
select is((select row(due_at - tenancy.now(), state_reason) from billing.mail), row(interval '1 minute', 'timeout'::text), 'a minute, and longer each time');
select tests.pass('1 minute');
select billing.claim_mail();
select billing.settle_mail(:'portal', :'mail', 2, 'retry');
select is((select due_at - tenancy.now() from billing.mail), interval '2 minutes', 'two');
select tests.pass('2 minutes');
select billing.claim_mail();
select is(billing.settle_mail(:'portal', :'mail', 3, 'sent'), 'sent', 'what was sent');
select is(billing.settle_mail(:'portal', :'mail', 3, 'failed'), 'sent', 'stays so');
select tests.pass('1 day');
select is_empty('select from billing.claim_mail()', 'and is not sent again');
select is(tests.refusal(format('select billing.settle_mail(%L, %L, 3, ''lost'')', :'portal', :'mail')), 'WB400 malformed_call', 'an outcome that there is not is refused');
select * from finish();
rollback;
