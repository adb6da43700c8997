-- requirement: R2.1-a, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('a223') as portal \gset
select tests.create_portal('b223');

select results_eq(
  $$select portal_id, state from tenancy.portal_of('a223')$$, format($$values (%L::uuid, 'installed')$$, :'portal'), 'a member_id names its portal');
select is_empty($$select from tenancy.portal_of('c223')$$, 'an unknown one names none');
select is_empty('select from tenancy.portal_of(null)', 'neither does nothing');
select tenancy.uninstall_portal(:'portal');
select is_empty($$select from tenancy.portal_of('a223')$$, 'a portal that left has no page to renew');
select * from finish();
rollback;
