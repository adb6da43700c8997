-- A mark of what each portal's messages are like and one of what its channels are like: where a mark differs from the
-- one before, something changed. Messages: the newest, the newest receipt, the last change among the newest 200, all
-- of the last seven days, so that old partitions are left alone.
-- For the API's live updates, once a second for all portals that somebody watches. Locks nothing.
create or replace function messaging.pulse(p_portals uuid[])
returns table (portal_id uuid, messages_mark text, channels_mark text)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_since uuid := tenancy.id_floor(tenancy.now() - interval '7 days');
begin
  return query
    select p.portal_id,
           md5(concat_ws(' ',
             (select r.receipt_id from messaging.receipt r
               where r.portal_id = p.portal_id and r.receipt_id >= v_since order by r.receipt_id desc limit 1),
             (select concat_ws(' ', (array_agg(n.message_id))[1], max(n.state_at)) from (
                select m.message_id, m.state_at from messaging.message m
                 where m.portal_id = p.portal_id and m.message_id >= v_since order by m.message_id desc limit 200) n))),
           md5(concat_ws(' ', o.state, o.updated_at,
             (select string_agg(concat_ws(' ', c.channel_id, c.name, c.state, c.state_at, c.checked_at), ', ' order by c.channel_id)
                from tenancy.channel c where c.portal_id = p.portal_id),
           (select max(f.asked_at) from tenancy.channel_fact f where f.portal_id = p.portal_id)))
      from (select distinct x.portal_id from unnest(p_portals) x(portal_id)) p
      join tenancy.portal o on o.portal_id = p.portal_id;
end
$$;
comment on function messaging.pulse(uuid[]) is
  'Batch. Per portal a mark of its messages and one of its channels; a mark that differs says that something changed.';
grant execute on function messaging.pulse(uuid[]) to whatsappb24_api;
