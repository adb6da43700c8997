-- requirement: R2.1-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset

select is(tenancy.roles_of(:'portal', '1'), array['owner'], 'a portal administrator is owner');
select is(tenancy.roles_of(:'portal', '7', :'channel'), array['agent'], 'whom we have not met is an agent');
select is(tenancy.roles_of(:'portal', null), '{}', 'nobody plays no role');
select tenancy.note_users(:'portal', '[{"user_id": "8", "is_admin": true, "is_active": false}]');
select is(tenancy.roles_of(:'portal', '8'), '{}', 'neither does who was dismissed, whatever he was');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at) values
  (:'portal', tenancy.new_id(), '7', null, 'auditor', tenancy.now()),
  (:'portal', tenancy.new_id(), '7', :'channel', 'supervisor', tenancy.now());
select is(tenancy.roles_of(:'portal', '7', :'channel'), array['supervisor'], 'a role on the channel counts first');
select is(tenancy.roles_of(:'portal', '7', :'other'), array['auditor'], 'then the role on the whole portal');
select is(tenancy.roles_of(:'portal', '7'), array['auditor'], 'which is the one without a channel');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at) values
  (:'portal', tenancy.new_id(), '1', null, 'billing_admin', tenancy.now());
select is(tenancy.roles_of(:'portal', '1'), array['billing_admin'], 'what was set by hand replaces what follows from being an administrator');
select * from finish();
rollback;
