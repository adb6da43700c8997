-- requirement: R2.2-a, R2.4-c
begin;
select plan(4);
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.dialog_begins(:'portal', :'channel') as conversation \gset
create function pg_temp.awaits(p_known jsonb) returns boolean language plpgsql as $$
declare v_client messaging.crm_client;
begin
  update messaging.crm_client set known = p_known returning * into v_client;
  return messaging.awaits_answer(v_client);
end $$;
select is(pg_temp.awaits('{"made": ["deal"]}'), true, 'what we made goes to whoever answers first');
select is(pg_temp.awaits('{"made": ["deal"], "responsible": "7"}'), false, 'until somebody has it');
select is(pg_temp.awaits('{"deal": 9}'), false, 'what others made is not ours to give');
update tenancy.crm_rule set responsible = 'round_robin';
select is(pg_temp.awaits('{"made": ["deal"]}'), true, 'where nobody had a turn it is so, too');
select * from finish();
rollback;
