-- requirement: R2.2-a, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
create function pg_temp.leaves(p_known jsonb) returns text language plpgsql as $$
declare v_client messaging.crm_client;
begin
  update messaging.crm_client set known = p_known returning * into v_client;
  perform messaging.leave_crm(v_client);
  return (select state || ' ' || case when isfinite(due_at) then (due_at - tenancy.now())::text else 'never' end from messaging.crm_client);
end $$;
select is(pg_temp.leaves('{"made": ["deal"]}'), 'unanswered 00:00:15', 'a client whom nobody answered is looked at again soon');
select tests.pass('8 minutes');
select is(pg_temp.leaves('{"made": ["deal"]}'), 'unanswered 00:01:00', 'after an eighth of his wait');
select tests.pass('1 day');
select is(pg_temp.leaves('{"made": ["deal"]}'), 'unanswered 00:10:00', 'every ten minutes at most');
select tests.pass('7 days');
select is(pg_temp.leaves('{"made": ["deal"]}'), 'done never', 'for a week');
select is(pg_temp.leaves('{"made": ["deal"], "responsible": "7"}'), 'done never', 'whoever has him, has him');
select * from finish();
rollback;
