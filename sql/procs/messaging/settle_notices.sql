-- Ends claimed notices: [{portal_id, notice_id, token, outcome: told | later | never, after_s, detail}]. Told and
-- never are taken off; later comes again after after_s, or 5, 10, 20 … s (at most an hour), until the notice
-- expires. An item that names no notice, or one that was claimed again meanwhile, is passed over.
-- Returns how many were settled. Raises WB400 malformed_call. Locks the rows in the order of their key.
create or replace function messaging.settle_notices(p_items jsonb) returns int
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_items jsonb;
  v_told int;
  v_later int;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select coalesce(jsonb_agg(jsonb_build_object(
           'portal_id', e.x ->> 'portal_id', 'notice_id', e.x ->> 'notice_id', 'token', e.x ->> 'token', 'outcome', e.x ->> 'outcome',
           'after_s', case when pg_input_is_valid(e.x ->> 'after_s', 'numeric')
                           then least(greatest((e.x ->> 'after_s')::numeric, 0), 86400) end,
           'detail', case when jsonb_typeof(e.x -> 'detail') = 'object' then e.x -> 'detail' else '{}' end)), '[]')
    into v_items
    from jsonb_array_elements(p_items) e(x)
   where pg_input_is_valid(e.x ->> 'portal_id', 'uuid') and pg_input_is_valid(e.x ->> 'notice_id', 'uuid')
     and pg_input_is_valid(e.x ->> 'token', 'bigint');
  perform 1
    from messaging.notice n
    join (select distinct i.portal_id, i.notice_id from jsonb_to_recordset(v_items) i(portal_id uuid, notice_id uuid)) k
      on k.portal_id = n.portal_id and k.notice_id = n.notice_id
   order by n.portal_id, n.notice_id
     for update of n;
  delete from messaging.notice n
   using jsonb_to_recordset(v_items) i(portal_id uuid, notice_id uuid, token bigint, outcome text)
   where n.portal_id = i.portal_id and n.notice_id = i.notice_id and n.token = i.token
     and (i.outcome in ('told', 'never') or i.outcome = 'later' and n.expires_at <= v_now);
  get diagnostics v_told = row_count;
  update messaging.notice n
     set due_at = v_now + coalesce(i.after_s, least(3600, 5 * power(2, least(greatest(n.tries - 1, 0), 10)))) * interval '1 second',
         detail = n.detail || i.detail
    from jsonb_to_recordset(v_items) i(portal_id uuid, notice_id uuid, token bigint, outcome text, after_s numeric, detail jsonb)
   where n.portal_id = i.portal_id and n.notice_id = i.notice_id and n.token = i.token and i.outcome = 'later';
  get diagnostics v_later = row_count;
  return v_told + v_later;
end
$$;
comment on function messaging.settle_notices(jsonb) is
  'Batch. Ends claimed notices (told, later, never); returns how many were settled.';
grant execute on function messaging.settle_notices(jsonb) to whatsappb24_worker;
