-- requirement: R2.3-c, R2.4-c
begin;
select plan(6);
select is(tenancy.staff_fault('{"email": "a@b.example", "name": "Ana", "role": "billing", "language": "pt", "state": "disabled"}'), null, 'all is well');
select is(tenancy.staff_fault('{}'), null, 'what is absent is not wrong');
select is(tenancy.staff_fault('[]'), 'person', 'a list is nobody');
select is(tenancy.staff_fault('{"state": "asleep", "name": ""}'), 'name', 'the first fault is named');
select is(tenancy.staff_fault('{"role": null}'), 'role', 'null is no role');
select is(tenancy.staff_fault('{"email": "a b@c"}'), 'email', 'nor a space part of an address');
select * from finish();
rollback;
