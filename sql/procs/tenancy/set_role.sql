-- Sets or removes one role: p_change {user_id or department_id, channel_id (absent: the whole portal), role (absent: remove
-- the setting), receives_new_clients (true), version (absent: there is no setting yet)}. Needs user.roles, so that only
-- owners make owners. Returns the setting's new version; null where it was removed. What changes nothing leaves no trace.
-- Raises WB403 permission, WB400 malformed_item with the field, WB404 unknown_channel, WB404 unknown_colleague or
-- unknown_department for whom no list of the portal ever named, WB409 stale_version with the present {role,
-- receives_new_clients, version, changed_by, changed_by_name}, WB409 no_owner_left. Locks the portal row (two owners can't
-- remove each other), then the setting.
create or replace function tenancy.set_role(p_portal_id uuid, p_actor text, p_change jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_user text := p_change ->> 'user_id';
  v_department text := p_change ->> 'department_id';
  v_channel uuid;
  v_role text := p_change ->> 'role';
  v_version text := p_change ->> 'version';
  v_receives boolean := true;
  v_field text;
  v_before tenancy.membership;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'user.roles');
  v_field := case
    when num_nonnulls(v_user, v_department) <> 1 or coalesce(v_user, v_department) !~ '^[0-9]{1,18}$' then 'user_id'
    when not pg_input_is_valid(coalesce(p_change ->> 'channel_id', '00000000-0000-0000-0000-000000000000'), 'uuid') then 'channel_id'
    when v_role is not null and not exists (select from tenancy.role r where r.role = v_role) then 'role'
    when not pg_input_is_valid(coalesce(p_change ->> 'receives_new_clients', 'true'), 'boolean') then 'receives_new_clients'
  end;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  v_channel := p_change ->> 'channel_id';
  v_receives := coalesce((p_change ->> 'receives_new_clients')::boolean, true);
  if v_channel is not null and not exists (
    select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = v_channel and c.state <> 'removed')
  then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', v_channel));
  elsif v_user is not null and not exists (
    select from tenancy.portal_user u where u.portal_id = p_portal_id and u.user_id = v_user)
  then
    perform trace.refuse('unknown_colleague', jsonb_build_object('user_id', v_user));
  elsif v_department is not null and not exists (
    select from tenancy.department d where d.portal_id = p_portal_id and d.department_id = v_department)
  then
    perform trace.refuse('unknown_department', jsonb_build_object('department_id', v_department));
  end if;
  perform from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  select * into v_before from tenancy.membership m
   where m.portal_id = p_portal_id and m.user_id is not distinct from v_user
     and m.department_id is not distinct from v_department and m.channel_id is not distinct from v_channel
     for update;
  if v_before.version::text is distinct from v_version then
    perform trace.refuse('stale_version', jsonb_build_object(
      'role', v_before.role, 'receives_new_clients', v_before.receives_new_clients,
      'version', v_before.version, 'changed_by', v_before.changed_by, 'changed_by_name', (
        select nullif(u.name, '') from tenancy.portal_user u
         where u.portal_id = p_portal_id and u.user_id = v_before.changed_by)));
  elsif v_before.role is not distinct from v_role and (v_role is null or v_before.receives_new_clients = v_receives) then
    return v_before.version;
  end if;
  if v_role is null then
    delete from tenancy.membership m where m.portal_id = p_portal_id and m.membership_id = v_before.membership_id;
  elsif v_before.version is null then
    insert into tenancy.membership (
      portal_id, membership_id, user_id, department_id, channel_id, role, receives_new_clients, changed_by, changed_at)
    values (p_portal_id, tenancy.new_id(), v_user, v_department, v_channel, v_role, v_receives, p_actor, v_now);
  else
    update tenancy.membership m
       set role = v_role, receives_new_clients = v_receives, version = m.version + 1, changed_by = p_actor, changed_at = v_now
     where m.portal_id = p_portal_id and m.membership_id = v_before.membership_id;
  end if;
  if not exists (
    select from tenancy.portal_user u
     where u.portal_id = p_portal_id and 'owner' = any (tenancy.roles_of(p_portal_id, u.user_id)))
  then
    perform trace.refuse('no_owner_left');
  end if;
  insert into tenancy.membership_change (portal_id, change_id, changed_at, actor, user_id, department_id, channel_id, before, after)
  values (p_portal_id, tenancy.new_id(), v_now, p_actor, v_user, v_department, v_channel,
    case when v_before.version is not null then
      jsonb_build_object('role', v_before.role, 'receives_new_clients', v_before.receives_new_clients) end,
    case when v_role is not null then jsonb_build_object('role', v_role, 'receives_new_clients', v_receives) end);
  return case when v_role is not null then coalesce(v_before.version, 0) + 1 end;
end
$$;
comment on function tenancy.set_role(uuid, text, jsonb) is
  'Tenant. Sets or removes the role of a user or department on a channel or the whole portal; nobody overwrites another''s change.';
grant execute on function tenancy.set_role(uuid, text, jsonb) to whatsappb24_api;
