-- requirement: R2.1-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.create_channel(:'portal', '2', '5215550002222') as support \gset
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'sales', 'auditor', tenancy.now());

select set_eq(format('select unnest(messaging.readable_channels(%L, ''7''))', :'portal'), array[:'sales'::uuid, :'support'::uuid], 'an agent reads on every channel');
select is(messaging.readable_channels(:'portal', '9'), array[:'sales'::uuid], 'a membership narrows it');
select is(messaging.readable_channels(:'portal', '7', :'support'), array[:'support'::uuid], 'to the one named');
select is(tests.refusal(format('select messaging.readable_channels(%L, ''8'')', :'portal')), 'WB403 permission', 'who reads nowhere is refused');
select is(tests.refusal(format('select messaging.readable_channels(%L, ''9'', %L)', :'portal', :'support')), 'WB403 permission', 'as who names a channel that is not his');
select is(tests.refusal(format('select messaging.readable_channels(%L, ''1'', gen_random_uuid())', :'portal')), 'WB404 unknown_channel', 'or one that is not there');
select tests.create_portal('bbbb') as other \gset
select is(messaging.readable_channels(:'other', '7'), '{}'::uuid[], 'a portal without channels has none to read');
select * from finish();
rollback;
