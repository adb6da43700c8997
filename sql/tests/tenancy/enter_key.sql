-- requirement: R2.3-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_key(:'portal', 'wab24_one', '{channel.view}', '2 days') as key \gset
select results_eq('select portal_id, ''key:'' || key_id, name, language from tenancy.enter_key(sha256(''wab24_one''))',
  format('values (%L::uuid, %L, ''Informes'', ''es'')', :'portal', :'key'), 'whose key it is');
select is((select used_at from tenancy.api_key), tenancy.now(), 'that it was used is kept');
select is(tests.refusal_detail('select tenancy.enter_key(sha256(''guessed''))') ->> 'why', 'unknown', 'a key is not guessed');
select tests.pass('2 days');
select is(tests.refusal('select tenancy.enter_key(sha256(''wab24_one''))'), 'WB401 api_key', 'one that has expired is refused');
select is(tests.refusal_detail('select tenancy.enter_key(sha256(''wab24_one''))') ->> 'why', 'expired', 'and hears why');
select tenancy.revoke_key(:'portal', '1', substring(:'key' from 5)::uuid);
select is(tests.refusal_detail('select tenancy.enter_key(sha256(''wab24_one''))') ->> 'why', 'revoked', 'one that was revoked too');
select tests.create_key(:'portal', 'wab24_two') \g /dev/null
update tenancy.portal set state = 'uninstalled';
select is(tests.refusal_detail('select tenancy.enter_key(sha256(''wab24_two''))') ->> 'why', 'uninstalled', 'a portal that left has no keys');
select * from finish();
rollback;
