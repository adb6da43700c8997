-- Changes a portal's settings: p_settings {language (es, en, pt), connector_name (empty: the application's name), notify
-- [user ids]}, what is absent stays. A new connector name is registered in the portal by the repair that becomes due.
-- Needs portal.configure. Raises WB404 unknown_portal, WB403 permission, WB400 malformed_item. Locks the portal row.
create or replace function tenancy.configure_portal(p_portal_id uuid, p_actor text, p_settings jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_name text := btrim(p_settings ->> 'connector_name');
  v_notify text[];
  v_field text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'portal.configure');
  select f.name into v_field
    from (values
      ('language', coalesce(p_settings ->> 'language', 'es') in ('es', 'en', 'pt')),
      ('connector_name', coalesce(length(v_name), 0) <= 100),
      ('notify', jsonb_typeof(coalesce(nullif(p_settings -> 'notify', 'null'), '[]')) = 'array')) f(name, is_good)
   where f.is_good is not true limit 1;
  if v_field is null and jsonb_typeof(p_settings -> 'notify') = 'array' then
    select array_agg(distinct n.user_id order by n.user_id) into v_notify
      from jsonb_array_elements_text(p_settings -> 'notify') n(user_id);
    if exists (select from unnest(v_notify) n(user_id) where (n.user_id ~ '^[0-9]{1,18}$') is not true) or cardinality(v_notify) > 100 then
      v_field := 'notify';
    end if;
    v_notify := coalesce(v_notify, '{}');
  end if;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  update tenancy.portal p
     set language = coalesce(p_settings ->> 'language', p.language),
         connector_name = case when v_name is null then p.connector_name else nullif(v_name, '') end,
         notify = coalesce(v_notify, p.notify),
         repair_at = case when v_name is not null and nullif(v_name, '') is distinct from p.connector_name
                               and p.state in ('installing', 'installed') then v_now else p.repair_at end,
         updated_at = v_now
   where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal');
  end if;
end
$$;
comment on function tenancy.configure_portal(uuid, text, jsonb) is
  'Tenant. Changes a portal''s language, its connector''s name and whom to notify.';
grant execute on function tenancy.configure_portal(uuid, text, jsonb) to whatsappb24_api;
