-- requirement: R2.1-b, R2.1-c, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.locked(p_portal uuid, p_actor text, p_channel uuid) returns text language sql as $$
  select tests.refusal(format('select billing.lock_subscription(%L, %L, %L)', p_portal, p_actor, p_channel))
$$;
select is(pg_temp.locked(:'portal', '1', :'channel'), 'accepted', 'an owner may change it');
select is(pg_temp.locked(:'portal', '7', :'channel'), 'WB403 permission', 'an agent may not');
select is(pg_temp.locked(:'portal', '1', gen_random_uuid()), 'WB404 unknown_channel', 'what is not there is refused');
select is(pg_temp.locked(tests.create_portal('b223'), '1', :'channel'), 'WB404 unknown_channel', 'and so is another portal''s');
select * from finish();
rollback;
