-- requirement: R2.3-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select ok(tenancy.grantable_scopes(:'portal', '1') @> '{billing.view,channel.view}', 'an owner gives nearly everything');
select ok(not tenancy.grantable_scopes(:'portal', '1') && '{api.keys,user.roles}', 'but neither keys nor roles');
select is(tests.refusal(format('select tenancy.grantable_scopes(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent gives nothing');
select * from finish();
rollback;
