-- requirement: R2.1-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', null, 'billing_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'sales', 'channel_admin', tenancy.now());
set local role whatsappb24_api;
select tenancy.demand_somewhere(:'portal', '9', 'log.view.meta') \g /dev/null
reset role;
select is(tests.refusal(format('select tenancy.demand_somewhere(%L, ''9'', ''log.view.meta'')', :'portal')), 'accepted', 'a right on one channel is enough');
select is(tests.refusal(format('select tenancy.demand_somewhere(%L, ''1'', ''log.view.meta'')', :'portal')), 'accepted', 'as is one on the portal');
select is(tests.refusal(format('select tenancy.demand_somewhere(%L, ''8'', ''log.view.meta'')', :'portal')), 'WB403 permission', 'who has it nowhere is refused');
select tests.create_portal('bbbb') as other \gset
select is(tests.refusal(format('select tenancy.demand_somewhere(%L, ''1'', ''channel.view'')', :'other')), 'accepted', 'a portal without channels is asked as a whole');
update tenancy.portal_user set is_active = false where portal_id = :'portal';
select is(tests.refusal(format('select tenancy.demand_somewhere(%L, ''1'', ''channel.view'')', :'portal')), 'WB403 permission', 'one who was dismissed has nothing');
select * from finish();
rollback;
