-- requirement: R2.1-c, R2.3-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tenancy.grant_support(:'portal', '1', 'Motivo', tenancy.now() + interval '1 day') as id \gset
select is(tests.refusal(format('select tenancy.end_support(%L, ''1'', %L)', :'other', :'id')), 'WB404 unknown_grant', 'another portal''s access is unknown');
select is(tests.refusal(format('select tenancy.end_support(%L, ''7'', %L)', :'portal', :'id')), 'WB403 permission', 'an agent ends none');
select tests.pass('1 hour');
select tenancy.end_support(:'portal', '1', :'id');
select results_eq('select ended_by, ended_at from tenancy.support_grant', $$values ('1', '2026-11-22 13:00+00'::timestamptz)$$, 'who ended it and when is kept');
select is(tenancy.scopes_of(:'portal', 'support:' || :'id'), '{}'::text[], 'it holds no longer');
select tests.pass('1 hour');
select tenancy.end_support(:'portal', '1', :'id');
select is((select ended_at from tenancy.support_grant), '2026-11-22 13:00+00'::timestamptz, 'twice is no matter');
select tenancy.grant_support(:'portal', '1', 'Otro', tenancy.now() + interval '1 hour') as late \gset
select tests.pass('1 hour');
select tenancy.end_support(:'portal', '1', :'late');
select is((select ended_at from tenancy.support_grant where grant_id = :'late'), null, 'one that expired was ended by nobody');
select * from finish();
rollback;
