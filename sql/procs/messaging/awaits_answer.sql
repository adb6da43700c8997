-- Does what we made of the client in this dialog go to whoever answers first, and has it not been given to anybody yet? So it
-- is where the rule says so, and where everybody was to have a turn and nobody receives new clients.
-- Locks nothing.
create or replace function messaging.awaits_answer(p_client messaging.crm_client) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return p_client.known -> 'responsible' is null and jsonb_array_length(coalesce(p_client.known -> 'made', '[]')) > 0 and exists (
    select from tenancy.crm_rule r
     where r.portal_id = p_client.portal_id and r.channel_id = p_client.channel_id and r.becomes <> 'portal');
end
$$;
comment on function messaging.awaits_answer(messaging.crm_client) is
  'Internal. Is it still open who gets what we made of the client, until somebody answers?';
