-- requirement: R2.3-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_key(:'portal', 'one', '{channel.view}', '1 day') as one \gset
select tests.create_key(:'portal', 'two', '{channel.view}', '9 days') as two \gset
select tests.create_key(:'portal', 'three') as three \gset
select tests.create_key(:'other', 'four') \g /dev/null
select tenancy.revoke_key(:'portal', '1', substring(:'two' from 5)::uuid);
select tests.pass('2 days');
select set_eq(format('select ''key:'' || key_id, state from tenancy.keys(%L, ''1'')', :'portal'),
  format('values (%L, ''expired''), (%L, ''revoked''), (%L, ''active'')', :'one', :'two', :'three'), 'the portal''s own keys and whether they work');
select is((select state from tenancy.keys(:'portal', '1') limit 1), 'active', 'those that do first');
select is(tests.refusal(format('select tenancy.keys(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent sees none');
select * from finish();
rollback;
