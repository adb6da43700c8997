-- requirement: R2.3-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_key(:'portal', 'wab24_one', '{channel.view,billing.view}', '1 day') as key \gset
select is(tenancy.scopes_of(:'portal', :'key'), '{billing.view,channel.view}'::text[], 'its scopes');
select is(tenancy.scopes_of(:'other', :'key'), '{}'::text[], 'at another portal it is nothing');
select is(tenancy.scopes_of(:'portal', 'key:nonsense'), '{}'::text[], 'what is no id is no key');
select ok(tenancy.allows(:'portal', :'key', 'channel.view', :'channel'), 'a key is an actor');
select ok(not tenancy.allows(:'portal', :'key', 'conversation.write.own', :'channel'), 'which may only what its scopes say, and is no agent');
select is(tests.refusal(format('select tenancy.change_channel(%L, %L, ''remove'', null, %L)', :'portal', :'channel', :'key')), 'WB403 permission',
  'nor is it the system');
select is(tenancy.permissions_of(:'portal', :'key', :'channel'), '{billing.view,channel.view}'::text[], 'all of it is listed');
select tests.pass('1 day');
select ok(not tenancy.allows(:'portal', :'key', 'channel.view', :'channel'), 'once expired it may nothing');
select * from finish();
rollback;
