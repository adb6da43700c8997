-- The fields of crm.item.add for a new contact, lead or deal: the name that WhatsApp gives (else the number), the number,
-- the chat, the responsible (absent: whom Bitrix24 takes), funnel and stage of the rule, our mark. Locks nothing.
create or replace function messaging.crm_fields(
  p_client messaging.crm_client, p_rule tenancy.crm_rule, p_kind text, p_name text, p_responsible text)
returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_known jsonb := p_client.known;
  v_phone text;
  v_reach jsonb;
  v_fields jsonb;
begin
  select '+' || i.value into v_phone
    from messaging.conversation v
    join messaging.identifier i on i.portal_id = v.portal_id and i.contact_id = v.contact_id and i.kind = 'wa'
   where v.portal_id = p_client.portal_id and v.conversation_id = p_client.conversation_id and i.value ~ '^[0-9]{5,20}$'
   order by i.created_at desc
   limit 1;
  v_reach := (
    select jsonb_agg(f.entry)
      from (values
        (case when v_phone is not null then jsonb_build_object('typeId', 'PHONE', 'valueType', 'MOBILE', 'value', v_phone) end),
        (case when v_known ->> 'user_code' is not null
           then jsonb_build_object('typeId', 'IM', 'valueType', 'IMOL', 'value', 'imol|' || (v_known ->> 'user_code')) end)) f(entry)
     where f.entry is not null);
  v_fields := jsonb_build_object(
    'assignedById', p_responsible::bigint, 'originatorId', 'WhatsAppB24',
    'originId', p_client.conversation_id || case p_kind when 'contact' then '' else ':' || p_client.session_id end);
  if p_kind in ('contact', 'lead') then
    v_fields := v_fields || jsonb_build_object('name', left(coalesce(nullif(p_name, ''), v_phone), 50), 'fm', v_reach);
  end if;
  if p_kind in ('lead', 'deal') then
    v_fields := v_fields || jsonb_build_object(
      'title', left(concat_ws(' · ', coalesce(nullif(p_name, ''), v_phone), 'WhatsApp'), 200), 'stageId', p_rule.stage_id,
      'contactId', v_known -> 'contact', 'companyId', v_known -> 'company');
  end if;
  if p_kind = 'deal' then
    v_fields := v_fields || jsonb_build_object('categoryId', coalesce(p_rule.category_id, 0));
  end if;
  return jsonb_strip_nulls(v_fields);
end
$$;
comment on function messaging.crm_fields(messaging.crm_client, tenancy.crm_rule, text, text, text) is
  'Internal. The fields of crm.item.add for a new contact, lead or deal of this client.';
