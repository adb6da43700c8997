-- Erases what a removed channel leaves beside its messages: quarantined items, receipts that name no message, the raw
-- bytes of its events, what robots and the SMS service asked of it, and the names of customers whom no other channel knows; at most p_limit of each a call. The
-- erasure is done when a call finds less than that of everything. Returns how many rows. For tenancy.erase_due, which
-- holds the erasure's row.
create or replace function tenancy.erase_rest(p_portal_id uuid, p_channel_id uuid, p_limit int) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_raw uuid[];
  v_most int;
  v_rows int;
  v_all int;
begin
  with gone as (
    delete from messaging.quarantined q
     where q.portal_id = p_portal_id and q.quarantined_id in (
       select x.quarantined_id from messaging.quarantined x
        where x.portal_id = p_portal_id and x.channel_id = p_channel_id order by x.quarantined_id limit p_limit)
    returning q.raw_id)
  select array_agg(gone.raw_id) filter (where gone.raw_id is not null), count(*) into v_raw, v_all from gone;
  v_most := v_all;
  delete from messaging.raw r where r.portal_id = p_portal_id and r.raw_id = any (v_raw);

  with bare as (
    select x.channel_event_id, x.raw_id from messaging.channel_event x
     where x.portal_id = p_portal_id and x.channel_id = p_channel_id and x.raw_id is not null
     order by x.channel_event_id limit p_limit),
  stripped as (
    update messaging.channel_event e set raw_id = null
      from bare where e.portal_id = p_portal_id and e.channel_event_id = bare.channel_event_id
    returning bare.raw_id)
  select array_agg(stripped.raw_id), count(*) into v_raw, v_rows from stripped;
  v_most := greatest(v_most, v_rows);
  v_all := v_all + v_rows;
  delete from messaging.raw r where r.portal_id = p_portal_id and r.raw_id = any (v_raw);

  delete from messaging.automation a
   where a.portal_id = p_portal_id and a.automation_id in (
     select x.automation_id from messaging.automation x
      where x.portal_id = p_portal_id
        and (case when pg_input_is_valid(x.request ->> 'channel_id', 'uuid') then (x.request ->> 'channel_id')::uuid end = p_channel_id
             or exists (select from messaging.template t
                         where t.portal_id = x.portal_id and t.channel_id = p_channel_id and t.template_id::text = x.request ->> 'template_id'))
      order by x.automation_id limit p_limit);
  get diagnostics v_rows = row_count;
  v_most := greatest(v_most, v_rows);
  v_all := v_all + v_rows;

  delete from messaging.parked_receipt r
   where r.portal_id = p_portal_id and r.parked_id in (
     select x.parked_id from messaging.parked_receipt x
      where x.portal_id = p_portal_id and x.channel_id = p_channel_id order by x.parked_id limit p_limit);
  get diagnostics v_rows = row_count;
  v_most := greatest(v_most, v_rows);
  v_all := v_all + v_rows;

  update messaging.contact k
     set name = ''
   where k.portal_id = p_portal_id and k.contact_id in (
     select o.contact_id
       from messaging.conversation v
       join messaging.contact o on o.portal_id = v.portal_id and o.contact_id = v.contact_id and o.name <> ''
      where v.portal_id = p_portal_id and v.channel_id = p_channel_id
        and not exists (
          select from messaging.conversation w
           where w.portal_id = v.portal_id and w.contact_id = v.contact_id and w.channel_id <> p_channel_id
             and not exists (select from tenancy.erasure e where e.portal_id = w.portal_id and e.channel_id = w.channel_id))
      order by o.contact_id limit p_limit);
  get diagnostics v_rows = row_count;
  v_most := greatest(v_most, v_rows);
  v_all := v_all + v_rows;

  if v_most < p_limit then
    update tenancy.erasure e set step = 'done', done_at = v_now
     where e.portal_id = p_portal_id and e.channel_id = p_channel_id;
  end if;
  return v_all;
end
$$;
comment on function tenancy.erase_rest(uuid, uuid, int) is
  'Internal. Erases what a removed channel leaves beside its messages; returns how many rows.';
