-- The conversation of a channel with whoever has this number (a wa or an alias), null where there is none. Locks nothing.
create or replace function messaging.conversation_with(p_portal_id uuid, p_channel_id uuid, p_digits text) returns uuid
language sql stable security definer
set search_path = ''
as $$
  select v.conversation_id
    from messaging.identifier i
    join messaging.conversation v on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = p_channel_id
   where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = p_digits
   limit 1
$$;
comment on function messaging.conversation_with(uuid, uuid, text) is
  'Internal. The conversation of a channel with a number, null where there is none.';
