-- Which employee wrote first to the client since this dialog began, of those who are still with the company; null: nobody.
-- Locks nothing; one index look-up.
create or replace function messaging.first_to_answer(p_client messaging.crm_client) returns text
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
  return (
    select m.author
      from messaging.message m
     where m.portal_id = p_client.portal_id and m.conversation_id = p_client.conversation_id
       and m.message_id >= tenancy.id_floor(p_client.began_at) and m.direction = 'out'
       and m.author ~ '^[0-9]{1,18}$' and m.source in ('open_line', 'panel')
       and not exists (
         select from tenancy.portal_user u
          where u.portal_id = m.portal_id and u.user_id = m.author and (not u.is_active or u.vanished_at is not null))
     order by m.message_id
     limit 1);
end
$$;
comment on function messaging.first_to_answer(messaging.crm_client) is
  'Internal. The employee who wrote first to the client since this dialog began.';
