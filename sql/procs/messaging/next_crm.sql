-- What the worker does next for a client in the CRM, from what is known and the channel's rule; null: nothing.
--   {do: look, becomes, phones, chat_id, origins: {contact, lead, deal}, ids: {contact, company}}
--   {do: add, kind: contact | lead | deal, fields}       fields are crm.item.add's (bitrix24.md §3.2)
--   {do: link, kind: contact | company | lead, id, user_code}   the chat becomes a way to reach the client
--   {do: assign, items: [{kind, id}], user_id}           whoever answered first gets what we made
-- A client whom the CRM knows is made no second time; where the number belongs to a company alone, that is the client. Whoever
-- is responsible for a known client stays so while he works here; else whose turn it is, or who answered. originId marks what
-- we make, so that it is found again if our note of it is lost. Takes a turn where one is due (tenancy.give_client).
create or replace function messaging.next_crm(p_client messaging.crm_client) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  v_known jsonb := p_client.known;
  v_rule tenancy.crm_rule;
  v_conversation messaging.conversation;
  v_name text;
  v_phones text[];
  v_kind text;
  v_responsible text := v_known ->> 'responsible';
  v_origin text := p_client.conversation_id || ':' || p_client.session_id;
begin
  select * into v_rule from tenancy.crm_rule r where r.portal_id = p_client.portal_id and r.channel_id = p_client.channel_id;
  if not found or v_rule.becomes = 'portal' then
    return null;
  end if;
  if p_client.state = 'unanswered' then
    v_responsible := coalesce(v_responsible, messaging.first_to_answer(p_client));
    if v_responsible is null or not messaging.awaits_answer(p_client) then
      return null;
    end if;
    return jsonb_build_object('do', 'assign', 'user_id', v_responsible, 'items', (
      select jsonb_agg(jsonb_build_object('kind', m.kind, 'id', v_known -> m.kind))
        from jsonb_array_elements_text(v_known -> 'made') m(kind)));
  end if;
  select * into v_conversation from messaging.conversation v
   where v.portal_id = p_client.portal_id and v.conversation_id = p_client.conversation_id;
  select btrim(c.name) into v_name from messaging.contact c
   where c.portal_id = p_client.portal_id and c.contact_id = v_conversation.contact_id;
  v_phones := array(
    select distinct p.phone
      from messaging.identifier i
     cross join unnest(messaging.phone_variants(i.value)) p(phone)
     where i.portal_id = p_client.portal_id and i.contact_id = v_conversation.contact_id and i.kind in ('wa', 'alias')
     order by p.phone limit 20);
  if v_known -> 'looked' is null then
    return jsonb_build_object(
      'do', 'look', 'phones', to_jsonb(v_phones), 'chat_id', v_conversation.portal_chat_id, 'becomes', v_rule.becomes,
      'origins', jsonb_build_object('contact', p_client.conversation_id, 'lead', v_origin, 'deal', v_origin),
      'ids', jsonb_strip_nulls(jsonb_build_object('contact', v_known -> 'contact', 'company', v_known -> 'company')));
  end if;
  v_kind := case
    when v_rule.becomes in ('contact', 'deal') and v_known -> 'contact' is null and v_known -> 'company' is null then 'contact'
    when v_rule.becomes = 'lead' and v_known -> 'lead' is null and (v_rule.open_item = 'another' or v_known -> 'deal' is null) then 'lead'
    when v_rule.becomes = 'deal' and v_known -> 'deal' is null then 'deal' end;
  if v_kind is not null then
    if v_responsible is null then
      v_responsible := coalesce(
        case when v_rule.responsible = 'round_robin' then tenancy.give_client(p_client.portal_id, p_client.channel_id) end,
        messaging.first_to_answer(p_client));
      update messaging.crm_client k
         set known = k.known || jsonb_strip_nulls(jsonb_build_object('responsible', v_responsible))
       where k.portal_id = p_client.portal_id and k.conversation_id = p_client.conversation_id;
    end if;
    return jsonb_build_object('do', 'add', 'kind', v_kind, 'fields', messaging.crm_fields(p_client, v_rule, v_kind, v_name, v_responsible));
  end if;
  if v_known -> 'linked' is null and v_known ->> 'user_code' is not null then
    v_kind := case when v_known -> 'contact' is not null then 'contact' when v_known -> 'company' is not null then 'company' else 'lead' end;
    if v_known -> v_kind is not null then
      return jsonb_build_object('do', 'link', 'kind', v_kind, 'id', v_known -> v_kind, 'user_code', v_known -> 'user_code');
    end if;
  end if;
  return null;
end
$$;
comment on function messaging.next_crm(messaging.crm_client) is
  'Internal. The next step for a client in the CRM: look, add, link, assign, or (null) none.';
