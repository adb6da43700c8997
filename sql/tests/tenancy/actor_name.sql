-- requirement: R2.4-c
begin;
select plan(3);
insert into tenancy.staff (staff_id, email, name, language, role, created_at, updated_at)
values (tenancy.new_id(), 'eva@example.com', 'Eva Ruiz', 'es', 'billing', tenancy.now(), tenancy.now())
returning staff_id as eva \gset
select is(tenancy.actor_name(:'eva'), 'Eva Ruiz', 'a member of staff has a name');
select is(tenancy.actor_name('system'), 'system', 'what is nobody is called what it is');
select is(tenancy.actor_name(null), null, 'nobody stays nobody');
select * from finish();
rollback;
