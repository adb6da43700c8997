-- The conversation of a channel with a number, known or new: contact, identifier and conversation are made where they are
-- missing. p_digits must be a phone number; whether the caller may begin one is decided before. For send_template and
-- automation. Locks the contact's identifier.
create or replace function messaging.begin_conversation(p_portal_id uuid, p_channel_id uuid, p_digits text, p_name text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_contact uuid;
  v_conversation uuid;
begin
  v_conversation := messaging.conversation_with(p_portal_id, p_channel_id, p_digits);
  if v_conversation is not null then
    return v_conversation;
  end if;
  insert into messaging.contact (portal_id, contact_id, name, created_at)
  select p_portal_id, tenancy.new_id(), left(coalesce(p_name, ''), 200), v_now
   where not exists (
     select from messaging.identifier i
      where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = p_digits)
  returning contact_id into v_contact;
  insert into messaging.identifier (portal_id, kind, value, contact_id, created_at)
  select p_portal_id, 'wa', p_digits, v_contact, v_now where v_contact is not null
  on conflict (portal_id, kind, value) do nothing;
  insert into messaging.conversation (portal_id, conversation_id, channel_id, contact_id, chat_key, created_at)
  select p_portal_id, tenancy.new_id(), p_channel_id, i.contact_id, p_digits, v_now
    from messaging.identifier i
   where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = p_digits
   order by i.kind = 'alias' limit 1
  on conflict do nothing;
  -- Two who meet a new customer at once: the first one's contact stays.
  delete from messaging.contact k
   where k.portal_id = p_portal_id and k.contact_id = v_contact
     and not exists (select from messaging.identifier i where i.portal_id = k.portal_id and i.contact_id = k.contact_id);
  return messaging.conversation_with(p_portal_id, p_channel_id, p_digits);
end
$$;
comment on function messaging.begin_conversation(uuid, uuid, text, text) is
  'Internal. The conversation of a channel with a number, made where there is none.';
