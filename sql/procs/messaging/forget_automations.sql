-- Deletes calls of robots and of the SMS service that are older than 30 days, at most p_limit a call: what was sent stays as
-- a message, and no portal repeats a call that late. For the worker, hourly. Returns how many. Locks the deleted rows,
-- passing over locked ones.
create or replace function messaging.forget_automations(p_limit int default 1000) returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  delete from messaging.automation a
   using (select o.portal_id, o.automation_id from messaging.automation o
           where o.created_at < v_now - interval '30 days'
           order by o.created_at limit p_limit for update skip locked) old
   where a.portal_id = old.portal_id and a.automation_id = old.automation_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function messaging.forget_automations(int) is
  'Platform. Deletes calls of robots and of the SMS service that are older than 30 days; returns how many.';
grant execute on function messaging.forget_automations(int) to whatsappb24_worker;
