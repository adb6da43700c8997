-- The message that a part of an outgoing message answers, for WhatsApp's own quotation. p_part: its reply_to (a message id
-- of ours), or its reply {quoted, answer}: the portal names no message, it repeats the words of one, so the newest among
-- the last 200 of the conversation that said them is meant; of a long one the beginning is enough. Null where there is none,
-- where it stands in another conversation, or where it is not on WhatsApp (yet). Locks nothing; one page of the conversation.
create or replace function messaging.answered_message(p_portal_id uuid, p_conversation_id uuid, p_part jsonb) returns uuid
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  -- Emphasis is written in another way on each side, and lines are broken where they fit.
  v_noise text := E'[[:space:]*_~`>\u200b\u2026]+';
  v_quoted text := regexp_replace(coalesce(p_part #>> '{reply,quoted}', ''), v_noise, '', 'g');
  v_message uuid;
begin
  if p_part ->> 'reply_to' is not null then
    select m.message_id into v_message
      from messaging.message m
     where m.portal_id = p_portal_id
       and m.message_id = case when pg_input_is_valid(p_part ->> 'reply_to', 'uuid') then (p_part ->> 'reply_to')::uuid end
       and m.conversation_id = p_conversation_id and m.source <> 'mirror'
       -- WhatsApp takes a reaction of ours on what the customer said in the last 30 days.
       and (p_part ->> 'kind' is distinct from 'reaction'
            or m.direction = 'in' and tenancy.id_time(m.message_id) > tenancy.now() - interval '30 days')
       and (m.direction = 'in' or m.state in ('submitted', 'enqueued', 'sent', 'delivered', 'read'));
  elsif v_quoted <> '' then
    select r.message_id into v_message
      from (select m.message_id, regexp_replace(m.text, v_noise, '', 'g') as said
              from messaging.message m
             where m.portal_id = p_portal_id and m.conversation_id = p_conversation_id and m.text is not null and m.source <> 'mirror'
               and (m.direction = 'in' or m.state in ('submitted', 'enqueued', 'sent', 'delivered', 'read'))
             order by m.message_id desc
             limit 200) r
     where r.said = v_quoted or length(v_quoted) >= 20 and starts_with(r.said, v_quoted)
     order by r.message_id desc
     limit 1;
  end if;
  return v_message;
end
$$;
comment on function messaging.answered_message(uuid, uuid, jsonb) is
  'Internal. The message that an outgoing part answers, named by id or by the words it quotes; null where it is not to be found.';
