-- Rounds an amount computed in numeric to whole millionths, once: half to the even one.
create or replace function billing.round_even(p_amount numeric) returns billing.micros
language sql immutable
set search_path = ''
as $$
  select case
           when abs(p_amount - trunc(p_amount)) = 0.5 then trunc(p_amount) + sign(p_amount) * mod(abs(trunc(p_amount)), 2)
           else round(p_amount) end::bigint::billing.micros
$$;
comment on function billing.round_even(numeric) is 'Internal. An amount as whole millionths, rounded half even.';
