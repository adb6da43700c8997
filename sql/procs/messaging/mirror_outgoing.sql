-- Lets the portal's chat show what an employee wrote outside the open line (panel, robot, CRM): each accepted message with
-- a person as its author becomes a second one, on its way to the portal, once. What only a program wrote is not shown: the
-- portal can show it as the customer's only. A conversation without a chat gets one by this, as when a customer writes
-- first (contracts/bitrix24.md, 2.8). The portal will tell of it as of an operator's message: messaging.mirror is written
-- here, long before anything leaves, so that messaging.take_echoes() knows it.
-- For submit(), after the message itself is queued. The lanes are locked (messaging.lock_lanes); the rows are new.
create or replace function messaging.mirror_outgoing(p_rows messaging.outgoing[]) returns void
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
  v_rows messaging.outgoing[];
  v_mirrors uuid[];
begin
  select array_agg(r order by r.sort, r.item, r.part), array_agg(tenancy.new_id())
    into v_rows, v_mirrors
    from unnest(p_rows) r
    join tenancy.channel c on c.portal_id = r.portal_id and c.channel_id = r.channel_id and c.line_id is not null
   where r.outcome = 'accepted' and r.source <> 'open_line' and r.author ~ '^[0-9]+$'
     and r.kind = any (array['template', 'text', 'image', 'video', 'audio', 'voice', 'document', 'sticker',
                            'location', 'contact', 'buttons', 'list']);
  if v_rows is null then
    return;
  end if;
  select array_agg(x order by x) into v_mirrors from unnest(v_mirrors) x;

  insert into messaging.alias (portal_id, kind, key, message_id, created_at)
  select r.portal_id, 'mirror', r.message_id, v_mirrors[r.ordinality], v_now
    from unnest(v_rows) with ordinality r
   order by r.portal_id, r.message_id;
  insert into messaging.mirror (portal_id, message_id, mirror_id, conversation_id, author, fingerprint)
  select r.portal_id, r.message_id, v_mirrors[r.ordinality], r.conversation_id, r.author, messaging.fingerprint(r.text)
    from unnest(v_rows) with ordinality r
   order by r.portal_id, r.message_id;
  perform messaging.enqueue('in',
    array_agg(r.portal_id order by r.ordinality), array_agg(r.conversation_id order by r.ordinality),
    array_agg(r.channel_id order by r.ordinality), array_agg(v_mirrors[r.ordinality] order by r.ordinality))
    from unnest(v_rows) with ordinality r;
  insert into messaging.message (
    portal_id, message_id, conversation_id, channel_id, direction, source, origin_id, author, kind, text, media, payload,
    state, state_at, said_at)
  select r.portal_id, v_mirrors[r.ordinality], r.conversation_id, r.channel_id, 'in', 'mirror', v_mirrors[r.ordinality], r.author,
         case when r.media is null then 'text' when r.kind = 'template' then lower(r.payload -> 'template' ->> 'type') else r.kind end,
         r.text, r.media, jsonb_strip_nulls(jsonb_build_object('mirror_of', r.message_id, 'author_name', r.payload -> 'author_name')),
         'queued', v_now, r.said_at
    from unnest(v_rows) with ordinality r
   order by r.portal_id, v_mirrors[r.ordinality];
end
$$;
comment on function messaging.mirror_outgoing(messaging.outgoing[]) is
  'Internal, batch. Queues for the portal''s chat what employees wrote outside the open line.';
