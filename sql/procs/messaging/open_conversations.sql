-- Gives each accepted item its conversation, made where the contact is new on the channel, and opens its 24-hour
-- window. The window counts from arrival at the latest: a customer's message that was delayed does not open it
-- longer than WhatsApp does. A message taken back opens none. Locks the conversations in the order of their key.
create or replace function messaging.open_conversations(p_rows messaging.incoming[]) returns messaging.incoming[]
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
  v_rows messaging.incoming[];
begin
  insert into messaging.conversation as c (
    portal_id, conversation_id, channel_id, contact_id, chat_key, window_until, created_at)
  select g.portal_id, tenancy.new_id(), g.channel_id, g.contact_id, g.chat_key,
         case when g.said_at is not null then least(g.said_at, v_now) + interval '24 hours' end, v_now
    from (
      select r.portal_id, r.channel_id, r.contact_id, min(coalesce(r.wa_id, r.bsuid)) as chat_key,
             max(coalesce(r.said_at, v_now)) filter (where r.kind <> 'deleted') as said_at
        from unnest(p_rows) r
       where r.outcome = 'accepted'
       group by r.portal_id, r.channel_id, r.contact_id) g
   order by g.portal_id, g.channel_id, g.contact_id
  on conflict (portal_id, channel_id, contact_id) do update set
    window_until = greatest(c.window_until, excluded.window_until);
  select array_agg(row(
           r.item, r.outcome, r.reason, r.portal_id, r.channel_id, r.key, r.wa_id, r.bsuid, r.name, r.kind, r.text,
           r.media, r.payload, r.context_key, r.said_at, r.raw, r.contact_id,
           case when r.outcome = 'accepted' then c.conversation_id end, r.message_id, r.seq)::messaging.incoming order by r.item)
    into v_rows
    from unnest(p_rows) r
    left join messaging.conversation c
      on c.portal_id = r.portal_id and c.channel_id = r.channel_id and c.contact_id = r.contact_id;
  return v_rows;
end
$$;
comment on function messaging.open_conversations(messaging.incoming[]) is
  'Internal, batch. Gives each accepted item its conversation and opens its 24-hour window.';
