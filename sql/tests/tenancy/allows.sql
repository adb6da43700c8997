-- requirement: R2.1-c, R2.4-c
begin;
select plan(19);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other_portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
create function pg_temp.given(p_portal uuid, p_user text, p_role text, p_channel uuid default null) returns void language sql as $$
  insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
  values (p_portal, tenancy.new_id(), p_user, p_channel, p_role, tenancy.now())
$$;

-- Without a word from anybody
select ok(tenancy.allows(:'portal', '1', 'user.roles'), 'a portal administrator is owner');
select ok(tenancy.allows(:'portal', '7', 'conversation.write.own', :'ventas'), 'a user whom we have not met is an agent: the portal let him write');
select ok(not tenancy.allows(:'portal', '7', 'conversation.read.all', :'ventas'), 'and no more than that');
select ok(not tenancy.allows(:'other_portal', '7', 'user.roles'), 'nor anywhere else');
select tenancy.note_users(:'portal', '[{"user_id": "8", "name": "Beto"}, {"user_id": "9", "is_admin": true, "is_active": false}]');
select ok(tenancy.allows(:'portal', '8', 'conversation.write.own', :'ventas'), 'a known user is an agent too');
select ok(not tenancy.allows(:'portal', '9', 'conversation.write.own', :'ventas'), 'a dismissed one may nothing, administrator or not');

-- The portal itself: welcome texts, robots without a user
select ok(tenancy.allows(:'portal', null, 'conversation.write.own', :'ventas'), 'the portal itself may write');
select ok(not tenancy.allows(:'portal', null, 'conversation.start', :'ventas'), 'and nothing else');

-- A role on the whole portal
select pg_temp.given(:'portal', '8', 'auditor');
select ok(tenancy.allows(:'portal', '8', 'conversation.read.all', :'ventas'), 'an auditor reads every channel');
select ok(not tenancy.allows(:'portal', '8', 'conversation.write.own', :'ventas'), 'the role replaces that of an agent');
select ok(tenancy.allows(:'portal', '8', 'audit.view'), 'it holds for the portal as a whole');

-- A role on one channel goes before that of the portal
select pg_temp.given(:'portal', '8', 'supervisor', :'soporte');
select ok(tenancy.allows(:'portal', '8', 'conversation.write.all', :'soporte'), 'on its channel the channel''s role counts');
select ok(not tenancy.allows(:'portal', '8', 'conversation.write.all', :'ventas'), 'on another one it does not');
select ok(not tenancy.allows(:'portal', '8', 'conversation.write.all'), 'and for the portal as a whole it does not');

-- Even an administrator is what he was made
select pg_temp.given(:'portal', '1', 'billing_admin', :'ventas');
select ok(not tenancy.allows(:'portal', '1', 'conversation.write.own', :'ventas'), 'an administrator with a role on a channel plays that role');
select ok(tenancy.allows(:'portal', '1', 'conversation.write.own', :'soporte'), 'elsewhere he is owner');
select tenancy.note_users(:'portal', '[{"user_id": "8", "is_active": false}]');
select ok(not tenancy.allows(:'portal', '8', 'audit.view'), 'a role does not outlive its user');

select ok(not tenancy.allows(:'portal', '1', 'conversation.sing', :'soporte'), 'what is no permission nobody has');
select ok(not tenancy.allows(:'other_portal', '8', 'audit.view'), 'a role of one portal is none in another');
select * from finish();
rollback;
