-- Forgets letters of 90 days ago and older, p_limit at a time; documents and alerts have records of their own. For the worker's round,
-- until it returns 0, also where no mail is sent. Returns how many. Locks the letters.
create or replace function billing.forget_mail(p_limit int default 1000) returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  delete from billing.mail m
   using (select x.portal_id, x.mail_id from billing.mail x where x.at <= v_now - interval '90 days' order by x.at limit p_limit
             for update skip locked) k
   where m.portal_id = k.portal_id and m.mail_id = k.mail_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.forget_mail(int) is 'Platform. Forgets letters of 90 days ago and older; returns how many.';
grant execute on function billing.forget_mail(int) to whatsappb24_worker;
