-- requirement: R2.5-d, R2.1-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
update tenancy.portal set state = 'installing', installed_at = null;

select is(
  tests.refusal(format('select tenancy.confirm_install(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent does not finish an installation');
select is(tests.refusal(format('select tenancy.confirm_install(%L, null)', :'portal')), 'WB403 permission', 'nor does nobody');
select is((select state from tenancy.portal), 'installing', 'it goes on being installed');
select tenancy.confirm_install(:'portal', '1');
select is((select row(state, installed_at) from tenancy.portal), row('installed'::text, tenancy.now()), 'an administrator finishes it');
select * from finish();
rollback;
