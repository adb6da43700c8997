-- requirement: R2.4-c
begin;
select plan(2);
select is((select array_agg(billing.round_even(x)::bigint order by x) from unnest('{-2.5,-1.5,-0.5,0.5,1.5,2.5,2.4999999,2.5000001}'::numeric[]) x),
  '{-2,-2,0,0,2,2,2,3}'::bigint[], 'half goes to the even one, on both sides of zero');
select is(billing.round_even(9007199254740993.5), 9007199254740994::billing.micros, 'in whole numbers, whatever their size');
select * from finish();
rollback;
