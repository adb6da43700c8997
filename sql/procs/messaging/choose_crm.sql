-- What the CRM said of a client (p_facts), as next_crm() needs it: which of the contacts, leads and deals it named is his, and
-- who is responsible for him. Ours first (our mark), then what the portal's own tracker linked, then the oldest contact; of
-- leads and deals the newest open one, unless the rule makes another for every dialog. A responsible who left is none, nor
-- is whoever Bitrix24 put on what we have just made. Locks nothing.
create or replace function messaging.choose_crm(p_client messaging.crm_client, p_facts jsonb) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_keeps boolean;
  v_known jsonb := p_client.known - array['contact', 'company', 'lead', 'deal', 'linked'];
  v_made jsonb := coalesce(p_client.known -> 'made', '[]');
  v_origin text := p_client.conversation_id || ':' || p_client.session_id;
  v_contact jsonb;
  v_company jsonb;
  v_lead jsonb;
  v_deal jsonb;
begin
  select r.open_item = 'keep' into v_keeps from tenancy.crm_rule r
   where r.portal_id = p_client.portal_id and r.channel_id = p_client.channel_id;
  select e.item into v_contact from jsonb_array_elements(coalesce(p_facts -> 'contacts', '[]')) e(item)
   order by (e.item -> 'id' = p_client.known -> 'contact') is true desc, (e.item ->> 'origin' = p_client.conversation_id::text) is true desc,
            (e.item -> 'id' = p_facts -> 'linked' -> 'contact') is true desc, (e.item ->> 'id')::bigint
   limit 1;
  select e.item into v_company from jsonb_array_elements(coalesce(p_facts -> 'companies', '[]')) e(item)
   order by (e.item -> 'id' = p_facts -> 'linked' -> 'company') is true desc, (e.item ->> 'id')::bigint
   limit 1;
  select e.item into v_lead from jsonb_array_elements(coalesce(p_facts -> 'leads', '[]')) e(item)
   where e.item ->> 'origin' = v_origin or v_keeps and e.item -> 'is_open' = 'true'
   order by (e.item ->> 'origin' = v_origin) is true desc, (e.item ->> 'id')::bigint desc
   limit 1;
  select e.item into v_deal from jsonb_array_elements(coalesce(p_facts -> 'deals', '[]')) e(item)
   where e.item ->> 'origin' = v_origin or v_keeps and e.item -> 'is_open' = 'true'
   order by (e.item ->> 'origin' = v_origin) is true desc, (e.item ->> 'id')::bigint desc
   limit 1;
  -- What carries our mark of this dialog was made by a step whose report was lost.
  v_made := (
    select coalesce(jsonb_agg(distinct m.kind), '[]')
      from (select jsonb_array_elements_text(v_made) union all
            select 'lead' where v_lead ->> 'origin' = v_origin union all
            select 'deal' where v_deal ->> 'origin' = v_origin union all
            select 'contact' where v_contact ->> 'origin' = p_client.conversation_id::text and p_client.known -> 'contact' is null) m(kind));
  return v_known || jsonb_strip_nulls(jsonb_build_object(
    'looked', true, 'made', v_made, 'user_code', p_facts -> 'user_code',
    'contact', v_contact -> 'id', 'company', v_company -> 'id', 'lead', v_lead -> 'id', 'deal', v_deal -> 'id',
    'linked', case when coalesce(v_contact, v_company, v_lead) -> 'reached' = 'true' then true end,
    'responsible', coalesce(p_client.known ->> 'responsible', (
      select r.user_id
        from (values (1, 'deal', v_deal), (2, 'lead', v_lead), (3, 'contact', v_contact), (4, 'company', v_company)) i(place, kind, item)
       cross join lateral (select i.item ->> 'responsible' as user_id) r
        join tenancy.portal_user u on u.portal_id = p_client.portal_id and u.user_id = r.user_id and u.is_active and u.vanished_at is null
       where not v_made ? i.kind
       order by i.place
       limit 1))));
end
$$;
comment on function messaging.choose_crm(messaging.crm_client, jsonb) is
  'Internal. Which of what the CRM named is this client''s, and who is responsible for him.';
