-- Applies the failures that were held back and are due now, and forgets receipts that nobody claimed for 24 h.
-- For the worker's round. One runner at a time. Returns how many were applied. Locks lane -> message -> charge.
create or replace function messaging.apply_parked(p_limit int default 500) returns int
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_due record;
  v_count int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('messaging.apply_parked', 0));
  for v_due in
    select p.portal_id, p.message_id, array_agg(p.parked_id order by p.parked_id) as ids
      from (select x.* from messaging.parked_receipt x
             where x.apply_at <= v_now and x.apply_at < 'infinity' order by x.apply_at limit p_limit) p
     group by p.portal_id, p.message_id
     order by p.portal_id, p.message_id
  loop
    v_count := v_count + messaging.apply_parked_ids(v_due.portal_id, v_due.message_id, v_due.ids);
  end loop;
  delete from messaging.parked_receipt p where p.expires_at <= v_now and p.apply_at = 'infinity';
  return v_count;
end
$$;
comment on function messaging.apply_parked(int) is
  'Platform. Applies held-back failures that are due and forgets parked receipts after 24 h; returns how many were applied.';
grant execute on function messaging.apply_parked(int) to whatsappb24_worker;
