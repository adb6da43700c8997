-- Takes messages that customers wrote, once each, in order, and queues them for the portal.
-- For the webhook door, before it answers. p_items: JSON array of {portal_id, channel_id, key (WhatsApp's id: the
-- deduplication), wa_id, bsuid, name, kind, text, media {url, mime, name, expires_at}, payload, context_key,
-- sent_at (ISO 8601), raw (index into p_raw, from 1), doubts}. p_raw: the bodies as they came.
-- Returns a row per item: accepted, duplicate (with the message it repeats), quarantined (kept and shown, with
-- the reason) or rejected (it names no channel). Raises WB400 malformed_call only where the call is no array.
-- Locks alias -> contact -> conversation -> lane, each sorted by its key.
create or replace function messaging.receive(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, outcome text, reason text, message_id uuid)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows messaging.incoming[];
  v_raw_ids uuid[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select array_agg(r order by r.item) into v_rows from messaging.read_incoming(p_items) r;
  if v_rows is null then
    return;
  end if;

  with first_of_key as (
    select k.portal_id, k.key, k.item, tenancy.new_id() as message_id
      from (select distinct on (r.portal_id, r.key) r.portal_id, r.key, r.item
              from unnest(v_rows) r
             where r.outcome is null
             order by r.portal_id, r.key, r.item) k
     order by k.item),
  fresh as (
    insert into messaging.alias as a (portal_id, kind, key, message_id, created_at)
    select f.portal_id, 'wa', f.key, f.message_id, v_now
      from first_of_key f
     order by f.portal_id, f.key
    on conflict (portal_id, kind, key) do nothing
    returning a.portal_id, a.key, a.message_id)
  select array_agg(row(
           r.item, coalesce(r.outcome, case when f.message_id is not null then 'accepted' else 'duplicate' end), r.reason,
           r.portal_id, r.channel_id, r.key, r.wa_id, r.bsuid, r.name, r.kind, r.text, r.media, r.payload, r.context_key,
           coalesce(r.said_at, v_now), r.raw, null, null, f.message_id, null)::messaging.incoming order by r.item)
    into v_rows
    from unnest(v_rows) r
    left join first_of_key k on k.portal_id = r.portal_id and k.key = r.key and k.item = r.item and r.outcome is null
    left join fresh f on f.message_id = k.message_id;

  v_rows := messaging.resolve_contacts(v_rows);
  v_rows := messaging.open_conversations(v_rows);

  select messaging.keep_raw(p_raw, array_agg(r.raw order by r.item), array_agg('gupshup'::text),
           array_agg(r.portal_id order by r.item), array_agg(r.channel_id order by r.item))
    into v_raw_ids
    from unnest(v_rows) r
   where r.outcome in ('accepted', 'quarantined');

  perform messaging.enqueue('in',
    array_agg(r.portal_id order by r.item), array_agg(r.conversation_id order by r.item),
    array_agg(r.channel_id order by r.item), array_agg(r.message_id order by r.item))
    from unnest(v_rows) r
   where r.outcome = 'accepted';

  insert into messaging.message (
    portal_id, message_id, conversation_id, channel_id, direction, source, origin_id, kind, text, media, payload,
    context_id, raw_id, state, state_at, said_at)
  select r.portal_id, r.message_id, r.conversation_id, r.channel_id, 'in', 'whatsapp', r.message_id, r.kind, r.text,
         r.media,
         -- What it answers may still be on its way out, its id not yet settled: messaging.claim() looks again.
         case when r.context_key is null or k.message_id is not null then r.payload
              else coalesce(r.payload, '{}') || jsonb_build_object('context_key', r.context_key) end,
         k.message_id, v_raw_ids[r.raw], 'queued', v_now, r.said_at
    from unnest(v_rows) r
    left join lateral (
      select a.message_id from messaging.alias a
       where a.portal_id = r.portal_id and a.kind in ('gs', 'wa') and a.key = r.context_key limit 1) k on true
   where r.outcome = 'accepted'
   order by r.portal_id, r.message_id;

  insert into messaging.quarantined (portal_id, quarantined_id, channel_id, door, reason, item, raw_id)
  select r.portal_id, tenancy.new_id(), r.channel_id, 'gupshup', r.reason, p_items -> (r.item - 1), v_raw_ids[r.raw]
    from unnest(v_rows) r
   where r.outcome = 'quarantined'
  on conflict (portal_id, fingerprint) do nothing;

  return query
    select r.item, r.outcome, r.reason,
           coalesce(r.message_id, case when r.outcome = 'duplicate' then (
             select a.message_id from messaging.alias a
              where a.portal_id = r.portal_id and a.kind = 'wa' and a.key = r.key) end)
      from unnest(v_rows) r
     order by r.item;
end
$$;
comment on function messaging.receive(jsonb, bytea[]) is
  'Batch. Takes customers'' messages (JSON array, raw bodies beside) once each and queues them for the portal; a row per item.';
grant execute on function messaging.receive(jsonb, bytea[]) to whatsappb24_api;
