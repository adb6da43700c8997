-- requirement: R2.1-c, R2.3-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_staff('rita@provider.example', 'support') as staff \gset
select tenancy.grant_support(:'portal', '1', 'Motivo', tenancy.now() + interval '1 day') as id \gset
select tenancy.look_as_support(:'portal', :'staff', 'messages') \g /dev/null
select tests.pass('1 minute');
select tenancy.look_as_support(:'portal', :'staff', 'timeline', 'wamid.1') \g /dev/null
select results_eq(format('select name, kind, subject from tenancy.support_looks(%L, ''1'')', :'portal'),
  $$values ('Rita', 'timeline', 'wamid.1'), ('Rita', 'messages', null)$$, 'every look with its name, the newest first');
select is((select count(*) from tenancy.support_looks(:'other', '1')), 0::bigint, 'another portal sees none of it');
select is(tests.refusal(format('select tenancy.support_looks(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent does not see it');
select * from finish();
rollback;
