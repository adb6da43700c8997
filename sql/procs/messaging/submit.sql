-- Takes messages that the company writes, once each, decides whether they may be sent, and queues them.
-- For the event door, the API, robots. p_items: JSON array of {portal_id, source, key (the source's own id: the
-- deduplication), conversation_id, or connector, line, chat_key; user_id (null: the portal itself), at,
-- portal_chat_id, portal_message_id, parts: [{kind, text, media {url, mime, name, size},
-- reply_to (a message id) or reply {quoted, answer}}], raw}. Parts are sent in
-- order; they share the operator message's fate in the portal.
-- Returns a row per part: accepted, duplicate, refused (reason of trace.error_code, figures in detail; the author
-- is told), quarantined or rejected. In a batch, items of one chat are taken in the order of the portal's
-- message id. What an employee wrote elsewhere is shown in the open line too; its echo from there is a duplicate.
-- Raises WB400 malformed_call. Locks mirror -> alias -> lane -> allowance -> charge -> wallet, each sorted by its key.
create or replace function messaging.submit(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, part int, outcome text, reason text, detail jsonb, message_id uuid)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows messaging.outgoing[];
  v_raw_ids uuid[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(r order by r.item, r.part) into v_rows from messaging.read_outgoing(p_items) r;
  if v_rows is null then
    return;
  end if;

  perform messaging.take_echoes(v_rows);

  with first_of_key as (
    select k.portal_id, k.source, k.key, k.part, k.item, tenancy.new_id() as message_id
      from (select distinct on (r.portal_id, r.source, r.key, r.part)
                   r.portal_id, r.source, r.key, r.part, r.item, r.sort
              from unnest(v_rows) r
             where (r.outcome is null or r.outcome = 'refused')
               -- The parts of a message come together: one that is known has no further parts, however it is divided.
               and not exists (select from messaging.alias a
                                where a.portal_id = r.portal_id and a.kind = r.source and a.key = r.key || '/1')
             order by r.portal_id, r.source, r.key, r.part, r.item) k
     order by k.sort, k.item, k.part),
  fresh as (
    insert into messaging.alias as a (portal_id, kind, key, message_id, created_at)
    select f.portal_id, f.source, f.key || '/' || f.part, f.message_id, v_now
      from first_of_key f
     order by f.portal_id, f.source, f.key || '/' || f.part
    on conflict (portal_id, kind, key) do nothing
    returning a.message_id)
  select array_agg(row(
           r.item,
           case when r.outcome in ('rejected', 'quarantined') then r.outcome
                when f.message_id is null then 'duplicate' else r.outcome end,
           case when r.outcome in ('rejected', 'quarantined') or f.message_id is not null then r.reason end,
           case when f.message_id is not null then r.detail end, r.portal_id, r.source, r.key, r.part, r.parts, r.channel_id, r.conversation_id, r.author,
           r.kind, r.text, r.media, r.payload, r.said_at, r.raw, r.sort,
           (select y.message_id from first_of_key y join fresh z on z.message_id = y.message_id
             where y.item = r.item order by y.part limit 1), f.message_id, null)::messaging.outgoing
           order by r.item, r.part)
    into v_rows
    from unnest(v_rows) r
    left join first_of_key k
      on k.portal_id = r.portal_id and k.source = r.source and k.key = r.key and k.part = r.part and k.item = r.item
    left join fresh f on f.message_id = k.message_id;

  v_rows := messaging.hold_outgoing(messaging.decide_outgoing(v_rows));

  select messaging.keep_raw(p_raw, array_agg(r.raw order by r.item), array_agg('bitrix24'::text),
           array_agg(r.portal_id order by r.item), array_agg(r.channel_id order by r.item))
    into v_raw_ids
    from unnest(v_rows) r
   where r.outcome in ('accepted', 'refused', 'quarantined');

  perform messaging.enqueue('out',
    array_agg(r.portal_id order by r.sort, r.item, r.part), array_agg(r.conversation_id order by r.sort, r.item, r.part),
    array_agg(r.channel_id order by r.sort, r.item, r.part), array_agg(r.message_id order by r.sort, r.item, r.part))
    from unnest(v_rows) r
   where r.outcome = 'accepted';

  insert into messaging.message (
    portal_id, message_id, conversation_id, channel_id, direction, source, origin_id, part, parts, author, kind, text,
    media, payload, context_id, raw_id, state, state_at, reason, detail, said_at)
  select r.portal_id, r.message_id, r.conversation_id, r.channel_id, 'out', r.source, r.origin_id, r.part, r.parts,
         r.author, r.kind, r.text, r.media, r.payload, (r.payload ->> 'context_id')::uuid, v_raw_ids[r.raw],
         case r.outcome when 'accepted' then 'queued' else 'refused' end, v_now, r.reason, r.detail, r.said_at
    from unnest(v_rows) r
   where r.outcome in ('accepted', 'refused')
   order by r.portal_id, r.message_id;
  perform messaging.mirror_outgoing(v_rows);

  perform messaging.give_notice('trouble', array_agg(r.portal_id), array_agg(r.origin_id))
    from (select distinct x.portal_id, x.origin_id from unnest(v_rows) x where x.outcome = 'refused') r
  having count(*) > 0;

  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select r.portal_id, tenancy.new_id(), r.channel_id, 'bitrix24', r.reason, p_items -> (r.item - 1), v_raw_ids[r.raw]
    from (select distinct on (x.item) x.* from unnest(v_rows) x where x.outcome = 'quarantined' order by x.item, x.part) r
  on conflict (portal_id, fingerprint) do nothing;

  return query
    select r.item, r.part, r.outcome, r.reason, r.detail,
           coalesce(r.message_id, case when r.outcome = 'duplicate' then (
             select a.message_id from messaging.alias a
              where a.portal_id = r.portal_id and a.kind = r.source and a.key = r.key || '/' || r.part) end)
      from unnest(v_rows) r
     order by r.item, r.part;
end
$$;
comment on function messaging.submit(jsonb, bytea[]) is
  'Batch. Takes messages the company writes, once each; decides permission, channel, plan and window; queues or refuses; a row per part.';
grant execute on function messaging.submit(jsonb, bytea[]) to whatsappb24_api, whatsappb24_worker;
