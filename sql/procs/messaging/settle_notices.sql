-- Ends claimed notices: [{portal_id, notice_id, token, outcome: told | later | never, after_s, detail}]. Told and
-- never are taken off; later comes again after after_s, or 5, 10, 20 … s, until the notice expires. A notice that was
-- claimed again meanwhile is left alone. Returns how many were settled. Locks the rows in the order of their key.
create or replace function messaging.settle_notices(p_items jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_told int;
  v_later int;
begin
  perform 1
    from messaging.notice n
    join jsonb_to_recordset(p_items) i(portal_id uuid, notice_id uuid, token bigint)
      on i.portal_id = n.portal_id and i.notice_id = n.notice_id and i.token = n.token
   order by n.portal_id, n.notice_id
     for update of n;
  delete from messaging.notice n
   using jsonb_to_recordset(p_items) i(portal_id uuid, notice_id uuid, token bigint, outcome text)
   where n.portal_id = i.portal_id and n.notice_id = i.notice_id and n.token = i.token
     and (i.outcome in ('told', 'never') or n.expires_at <= v_now);
  get diagnostics v_told = row_count;
  update messaging.notice n
     set due_at = v_now + coalesce(i.after_s, least(3600, 5 * power(2, least(n.tries, 10)))) * interval '1 second',
         detail = n.detail || coalesce(i.detail, '{}')
    from jsonb_to_recordset(p_items) i(portal_id uuid, notice_id uuid, token bigint, outcome text, after_s numeric, detail jsonb)
   where n.portal_id = i.portal_id and n.notice_id = i.notice_id and n.token = i.token and i.outcome = 'later';
  get diagnostics v_later = row_count;
  return v_told + v_later;
end
$$;
comment on function messaging.settle_notices(jsonb) is
  'Batch. Ends claimed notices (told, later, never); returns how many were settled.';
grant execute on function messaging.settle_notices(jsonb) to whatsappb24_worker;
