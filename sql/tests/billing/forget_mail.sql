-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 5000000);
select is(billing.forget_mail(), 0, 'a letter is kept');
select tests.pass('91 days');
select is(billing.forget_mail(), 1, 'for 90 days');
select is_empty('select from billing.mail', 'then it is gone');
select * from finish();
rollback;
