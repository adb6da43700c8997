-- Messages of the channels a user may read, newest first: a page of at most p_limit (200), narrowed by channel,
-- direction, states (of the ladder, or outcomes such as waiting or done), instants of arrival (p_since <= at < p_until), a
-- text (in the words, the customer's name or number; neither case nor accents matter), or any id that
-- trace.messages_of understands (p_text is passed over then).
-- A search reads at most 20,000 messages a call, so that one that finds little answers too. Where more may be found,
-- the last row has a message_id alone, which the next call takes as p_before: even where this page is empty.
-- Needs conversation.read.own or .all on a channel to see its messages; raises WB403 permission where there is no
-- such channel, WB404 unknown_channel, WB400 malformed_call for an unknown state. Locks nothing.
create or replace function messaging.find_messages(
  p_portal_id uuid, p_user_id text, p_channel_id uuid default null, p_direction text default null,
  p_states text[] default null, p_text text default null, p_since timestamptz default null,
  p_until timestamptz default null, p_id text default null, p_before uuid default null, p_limit int default 50)
returns table (
  message_id uuid, channel_id uuid, channel_name text, conversation_id uuid, contact_name text, phone text, direction text,
  source text, author text, author_name text, kind text, text text, media jsonb, state text, state_at timestamptz,
  reason text, said_at timestamptz, arrived_at timestamptz)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_scan constant int := 20000;
  v_limit int := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_since uuid := tenancy.id_floor(least(greatest(p_since, 'epoch'), '9999-01-01'));
  v_before uuid := least(coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
                         case when p_until is not null then tenancy.id_floor(least(greatest(p_until, 'epoch'), '9999-01-01')) end);
  v_like text := messaging.any_accent(p_text);
  v_digits text := case when p_text ~ '^[+0-9 ().-]+$' then nullif(regexp_replace(p_text, '[^0-9]', '', 'g'), '') end;
  v_channels uuid[] := messaging.readable_channels(p_portal_id, p_user_id, p_channel_id);
  v_states text[];
  v_ids uuid[] := case when p_id is not null then trace.messages_of(p_portal_id, p_id) end;
  v_found uuid[];
  v_next uuid;
begin
  if p_states is not null then
    v_states := array(select s.state from messaging.message_state s where s.state = any (p_states) or s.outcome = any (p_states));
    if v_states = '{}' then
      perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_states'));
    end if;
  end if;
  if p_id is not null then
    v_found := array(
      select m.message_id from messaging.message m
       where m.portal_id = p_portal_id and m.message_id = any (v_ids)
         and m.message_id >= v_since and m.message_id < v_before and m.channel_id = any (v_channels) and m.source <> 'mirror'
         and (p_direction is null or m.direction = p_direction) and (v_states is null or m.state = any (v_states))
       order by m.message_id desc
       limit v_limit + 1);
  else
    v_found := array(
      select m.message_id
        from (select x.message_id, x.channel_id, x.conversation_id, x.direction, x.source, x.state, x.text
                from messaging.message x
               where x.portal_id = p_portal_id and x.message_id >= v_since and x.message_id < v_before
               order by x.message_id desc
               limit v_scan) m
       where m.channel_id = any (v_channels) and m.source <> 'mirror'
         and (p_direction is null or m.direction = p_direction) and (v_states is null or m.state = any (v_states))
         and (v_like is null or m.text ~* v_like
              or exists (
                select from messaging.conversation v
                  join messaging.contact k on k.portal_id = v.portal_id and k.contact_id = v.contact_id
                 where v.portal_id = p_portal_id and v.conversation_id = m.conversation_id
                   and (k.name ~* v_like or position(v_digits in v.chat_key) > 0)))
       order by m.message_id desc
       limit v_limit + 1);
  end if;
  if cardinality(v_found) > v_limit then
    v_next := v_found[v_limit];
  elsif p_id is null then
    select x.message_id into v_next
      from messaging.message x
     where x.portal_id = p_portal_id and x.message_id >= v_since and x.message_id < v_before
     order by x.message_id desc
    offset v_scan - 1
     limit 1;
  end if;
  return query
    select r.message_id, r.channel_id, r.channel_name, r.conversation_id, r.contact_name, r.phone, r.direction, r.source,
           r.author, r.author_name, r.kind, r.text, r.media, r.state, r.state_at, r.reason, r.said_at, r.arrived_at
      from messaging.message_rows(p_portal_id, v_found[1:v_limit]) r;
  if v_next is not null then
    message_id := v_next;
    return next;
  end if;
end
$$;
comment on function messaging.find_messages(uuid, text, uuid, text, text[], text, timestamptz, timestamptz, text, uuid, int) is
  'Tenant. A page of the messages this user may read, newest first, narrowed by what the panel''s filters say.';
grant execute on function messaging.find_messages(uuid, text, uuid, text, text[], text, timestamptz, timestamptz, text, uuid, int)
  to whatsappb24_api;
