-- Sends a template from the panel to a number, known or new: a conversation is made where there is none (that needs
-- conversation.start), the rest is messaging.submit()'s decision. p_key: the sender's own id of this sending, so that it
-- acts once. p_values, p_media_url: as in messaging.fill_template. Returns the message.
-- Raises WB404 unknown_template, WB400 malformed_item for what is no phone number, and whatever submit refuses with: then
-- nothing is kept and nothing is charged. Locks the contact's identifier, then what submit locks.
create or replace function messaging.send_template(
  p_portal_id uuid, p_actor text, p_template_id uuid, p_key text, p_phone text, p_name text default '', p_values jsonb default '{}',
  p_media_url text default null)
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_channel uuid;
  v_contact uuid;
  v_conversation uuid;
  v_sent record;
begin
  select t.channel_id into v_channel from messaging.template t where t.portal_id = p_portal_id and t.template_id = p_template_id;
  if not found or not tenancy.allows(p_portal_id, p_actor, 'template.view', v_channel) then
    perform trace.refuse('unknown_template', jsonb_build_object('template_id', p_template_id));
  elsif v_digits !~ '^[1-9][0-9]{6,14}$' or messaging.country_of(v_digits) is null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'phone'));
  end if;
  select v.conversation_id into v_conversation
    from messaging.identifier i
    join messaging.conversation v on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = v_channel
   where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
   limit 1;
  if not found then
    perform tenancy.demand(p_portal_id, p_actor, 'conversation.start', v_channel);
    insert into messaging.contact (portal_id, contact_id, name, created_at)
    select p_portal_id, tenancy.new_id(), left(coalesce(p_name, ''), 200), v_now
     where not exists (
       select from messaging.identifier i
        where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits)
    returning contact_id into v_contact;
    insert into messaging.identifier (portal_id, kind, value, contact_id, created_at)
    select p_portal_id, 'wa', v_digits, v_contact, v_now where v_contact is not null
    on conflict (portal_id, kind, value) do nothing;
    insert into messaging.conversation (portal_id, conversation_id, channel_id, contact_id, chat_key, created_at)
    select p_portal_id, tenancy.new_id(), v_channel, i.contact_id, v_digits, v_now
      from messaging.identifier i
     where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
     order by i.kind = 'alias' limit 1
    on conflict do nothing;
    -- Two who meet a new customer at once: the first one's contact stays.
    delete from messaging.contact k
     where k.portal_id = p_portal_id and k.contact_id = v_contact
       and not exists (select from messaging.identifier i where i.portal_id = k.portal_id and i.contact_id = k.contact_id);
    select v.conversation_id into strict v_conversation
      from messaging.identifier i
      join messaging.conversation v on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = v_channel
     where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
     limit 1;
  end if;
  select s.outcome, s.reason, s.detail, s.message_id into v_sent
    from messaging.submit(jsonb_build_array(jsonb_build_object(
      'portal_id', p_portal_id, 'source', 'panel', 'key', p_key, 'conversation_id', v_conversation, 'user_id', p_actor,
      'parts', jsonb_build_array(jsonb_build_object('kind', 'template', 'template', jsonb_build_object(
        'template_id', p_template_id, 'values', p_values, 'media_url', p_media_url)))))) s;
  if v_sent.outcome not in ('accepted', 'duplicate') then
    perform trace.refuse(
      case when v_sent.outcome = 'refused' then v_sent.reason else 'malformed_call' end, coalesce(v_sent.detail, '{}'));
  end if;
  return v_sent.message_id;
end
$$;
comment on function messaging.send_template(uuid, text, uuid, text, text, text, jsonb, text) is
  'Tenant. Sends a template to a known or new number, once for each key; returns the message.';
grant execute on function messaging.send_template(uuid, text, uuid, text, text, text, jsonb, text) to whatsappb24_api;
