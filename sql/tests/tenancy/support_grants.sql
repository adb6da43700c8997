-- requirement: R2.1-c, R2.3-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_staff('rita@provider.example', 'support') as staff \gset
select is(tests.refusal(format('select tenancy.support_grants(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent does not see it');
select tenancy.grant_support(:'portal', '1', 'corto', tenancy.now() + interval '1 hour') as short \gset
select tests.pass('1 hour');
select tenancy.grant_support(:'portal', '1', 'largo', tenancy.now() + interval '1 day') as long \gset
select tenancy.look_as_support(:'portal', :'staff', 'messages') \g /dev/null
select tests.pass('1 minute');
select tenancy.grant_support(:'portal', '1', 'terminado', tenancy.now() + interval '1 day') as ended \gset
select tenancy.end_support(:'portal', '1', :'ended');
select results_eq(format('select reason, state, looks, granted_by from tenancy.support_grants(%L, ''1'')', :'portal'),
  $$values ('largo', 'active', 1, '1'), ('terminado', 'ended', 0, '1'), ('corto', 'expired', 0, '1')$$, 'what holds stands first, then the newest');
select is((select looked_at from tenancy.support_grants(:'portal', '1') where reason = 'largo'), '2026-11-22 13:00+00'::timestamptz, 'the last look is known');
select is((select count(*) from tenancy.support_grants(:'other', '1')), 0::bigint, 'another portal''s are not seen');
select * from finish();
rollback;
