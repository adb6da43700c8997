-- requirement: R2.2-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
create function pg_temp.fails(p_failure jsonb) returns text language plpgsql as $$
begin
  perform messaging.fail_crm(k, p_failure) from messaging.crm_client k;
  return (select state || ' ' || case when isfinite(due_at) then (due_at - tenancy.now())::text else 'never' end from messaging.crm_client);
end $$;
select is(pg_temp.fails('{"code": "http_503", "policy": "retry"}'), 'due 00:00:15', 'a portal that is busy is asked again soon');
select is(pg_temp.fails('{"code": "http_503", "policy": "retry"}'), 'due 00:00:30', 'and then later');
select is(pg_temp.fails('{"code": "http_429", "policy": "retry", "retry_after_s": 600}'), 'due 00:10:00', 'or when it wants');
select is(pg_temp.fails('{"code": "http_400", "policy": "never", "message": "Stage not found"}'), 'due 01:00:00', 'a refusal may be mended by an administrator');
select is(pg_temp.fails('{"code": "http_400", "policy": "never", "message": "Stage not found"}'), 'failed never', 'not for ever');
select is((select failure from messaging.crm_client), '{"code": "http_400", "policy": "never", "message": "Stage not found"}', 'the portal''s words are kept');
update messaging.crm_client set state = 'unanswered', due_at = tenancy.now();
select is(pg_temp.fails('{"code": "http_400", "policy": "never"}'), 'done never', 'a client who can''t be given to whoever answered is made all the same');
select * from finish();
rollback;
