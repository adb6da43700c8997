-- requirement: R2.4-a, R2.4-c
begin;
select plan(3);
select is(tenancy.weighed('123', '{3,2,1}'), 10, 'three and four and three');
select is(tenancy.weighed('A1', '{1,10}'), (17 + 10) % 11, 'letters count as well, modulo eleven');
select is(tenancy.weighed('12345', '{1,1}') + tenancy.weighed('', '{1,1}') + tenancy.weighed('1', '{1,1,1}'), 4, 'what has no partner does not count');
select * from finish();
rollback;
