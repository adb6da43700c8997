-- requirement: R2.3-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_key(:'portal') as key \gset
select substring(:'key' from 5) as id \gset
select is(tests.refusal(format('select tenancy.revoke_key(%L, ''1'', %L)', :'other', :'id')), 'WB404 unknown_key', 'another portal''s key is unknown');
select is(tests.refusal(format('select tenancy.revoke_key(%L, ''7'', %L)', :'portal', :'id')), 'WB403 permission', 'an agent revokes none');
select tenancy.revoke_key(:'portal', '1', :'id');
select ok(not tenancy.allows(:'portal', :'key', 'channel.view'), 'a revoked key may nothing');
select tests.pass('1 hour');
select tenancy.revoke_key(:'portal', '1', :'id');
select is((select revoked_at from tenancy.api_key), '2026-11-22 12:00+00'::timestamptz, 'twice is no matter');
select is((select count(*) from tenancy.api_key_route), 1::bigint, 'it stays known, so that its use says why it is refused');
select * from finish();
rollback;
