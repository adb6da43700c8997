-- What a conversation is in the CRM where a rule of ours keeps it: {deal, lead, contact, company}, ids, what there is; {} where
-- the portal's own tracker does, and tells it by the chat. For claims of what is told about a client. Locks nothing.
create or replace function messaging.crm_items_of(p_portal_id uuid, p_conversation_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
  return coalesce((
    select jsonb_strip_nulls(jsonb_build_object(
             'deal', k.known -> 'deal', 'lead', k.known -> 'lead', 'contact', k.known -> 'contact', 'company', k.known -> 'company'))
      from messaging.crm_client k
      join tenancy.crm_rule r on r.portal_id = k.portal_id and r.channel_id = k.channel_id and r.becomes <> 'portal'
     where k.portal_id = p_portal_id and k.conversation_id = p_conversation_id), '{}');
end
$$;
comment on function messaging.crm_items_of(uuid, uuid) is
  'Internal. What a conversation is in the CRM where a rule of ours keeps it.';
