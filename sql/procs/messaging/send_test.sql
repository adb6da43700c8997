-- Sends a short test message from a channel to a phone that wrote to it within 24 hours, in the portal's language, naming
-- the channel. Needs channel.configure; that the person may write is submit's decision. Returns the message.
-- Raises WB404 unknown_channel, WB409 channel_state where the channel is off, WB400 malformed_item for what is no phone
-- number, WB409 write_first where nobody wrote from that phone, and whatever submit refuses with. Locks what submit locks.
create or replace function messaging.send_test(p_portal_id uuid, p_channel_id uuid, p_actor text, p_phone text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_channel tenancy.channel;
  v_language text;
  v_conversation uuid;
  v_sent record;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.configure', p_channel_id);
  select * into v_channel from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed';
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  elsif v_digits !~ '^[0-9]{5,20}$' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'phone'));
  elsif not exists (select from tenancy.channel_state s where s.state = v_channel.state and s.sends) then
    perform trace.refuse('channel_state', jsonb_build_object(
      'state', v_channel.state, 'event', 'send',
      'next_action', (select s.next_action from tenancy.channel_state s where s.state = v_channel.state)));
  end if;
  select v.conversation_id into v_conversation
    from messaging.identifier i
    join messaging.conversation v
      on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = p_channel_id and v.window_until > v_now
   where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
   order by v.window_until desc limit 1;
  if not found then
    perform trace.refuse('write_first', jsonb_build_object('phone', v_digits, 'number', v_channel.phone));
  end if;
  select p.language into v_language from tenancy.portal p where p.portal_id = p_portal_id;
  select s.outcome, s.reason, s.detail, s.message_id into v_sent
    from messaging.submit(jsonb_build_array(jsonb_build_object(
      'portal_id', p_portal_id, 'source', 'panel', 'key', tenancy.new_id(), 'conversation_id', v_conversation, 'user_id', p_actor,
      'parts', jsonb_build_array(jsonb_build_object('kind', 'text', 'text', format(
        case v_language
          when 'en' then 'Test message from the channel «%s». If you can read this, the connection works.'
          when 'pt' then 'Mensagem de teste do canal «%s». Se você está lendo isto, a conexão funciona.'
          else 'Mensaje de prueba del canal «%s». Si lo está leyendo, la conexión funciona.' end, v_channel.name)))))) s;
  if v_sent.outcome <> 'accepted' then
    perform trace.refuse(v_sent.reason, v_sent.detail);
  end if;
  return v_sent.message_id;
end
$$;
comment on function messaging.send_test(uuid, uuid, text, text) is
  'Tenant. Sends a test message from a channel to a phone that wrote to it within 24 hours; returns the message.';
grant execute on function messaging.send_test(uuid, uuid, text, text) to whatsappb24_api;
