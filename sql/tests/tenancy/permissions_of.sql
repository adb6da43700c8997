-- requirement: R2.1-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at) values
  (:'portal', tenancy.new_id(), '7', :'channel', 'supervisor', tenancy.now()),
  (:'portal', tenancy.new_id(), '9', null, 'channel_admin', tenancy.now());

select is(tenancy.permissions_of(:'portal', '1'), array(select permission from tenancy.permission order by 1), 'an owner may everything');
select is_empty(
  format($$select u.user_id, p.permission, c.channel_id
      from (values ('1'), ('7'), ('8'), ('9'), (null)) u(user_id)
     cross join tenancy.permission p
     cross join (values (%L::uuid), (null)) c(channel_id)
     where u.user_id is not null
       and tenancy.allows(%L, u.user_id, p.permission, c.channel_id)
           <> (p.permission = any (tenancy.permissions_of(%L, u.user_id, c.channel_id)))$$, :'channel', :'portal', :'portal'),
  'it says of every user, permission and channel what tenancy.allows() says');
select is(tenancy.permissions_of(:'portal', null), '{}', 'nobody is offered anything');
select is(tenancy.permissions_of(gen_random_uuid(), '1', :'channel'), tenancy.permissions_of(:'portal', '8', :'channel'),
  'in a portal that does not know him an administrator of another is an agent like any other');
select * from finish();
rollback;
