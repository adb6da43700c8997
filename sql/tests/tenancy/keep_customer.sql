-- requirement: R2.4-a, R2.4-c
begin;
select plan(3);
select tests.create_portal() as portal \gset
create function pg_temp.keep(p_more jsonb) returns int language sql as $$
  select tenancy.keep_customer(u, jsonb_populate_record(u, p_more), 'staff', null) from tenancy.customer u
$$;
select is(pg_temp.keep('{"state": "closed", "currency": "MXN"}'), 2, 'a change is a version');
select is((select row(actor, via_portal_id, before, after) from tenancy.customer_change),
  row('staff'::text, null::uuid, '{"state": "active", "currency": "USD"}'::jsonb, '{"state": "closed", "currency": "MXN"}'::jsonb), 'with both sides of what changed');
select is(pg_temp.keep('{"state": "closed"}'), 2, 'the same again is none');
select * from finish();
rollback;
