-- Why may this person do this, or why not? verdict is the first thing that hinders him, 'allowed' where nothing we know of does:
--   dismissed, vanished   Bitrix24 says that he is not active, or no longer names him     (party bitrix24)
--   role                  his roles do not include it; needed names those that would      (ours)
--   receives_off          his role could have new clients, its setting gives him none     (ours)
--   channel_state         he may, but the channel sends nothing at present (channel_state)  (ours)
--   line_inactive, not_in_queue   the open line is switched off, or new clients are given only to those in its queue (bitrix24)
-- is_allowed is what tenancy.allows() says; rule, roles and departments say where it comes from (tenancy.standing).
-- For the panel: about himself anybody, about others who has user.roles. Raises WB403 permission, WB404 unknown_channel.
-- Locks nothing.
create or replace function tenancy.explain_permission(
  p_portal_id uuid, p_actor text, p_user_id text, p_permission text, p_channel_id uuid default null)
returns table (
  is_allowed boolean, verdict text, party text, rule text, roles text[], departments text[], needed text[], channel_state text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_channel tenancy.channel;
  v_line tenancy.portal_line;
  v_receives boolean;
  v_department_ids text[];
  v_sends boolean;
begin
  if p_actor is distinct from p_user_id then
    perform tenancy.demand(p_portal_id, p_actor, 'user.roles');
  end if;
  if p_channel_id is not null then
    select * into v_channel from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
    if not found then
      perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
    end if;
  end if;
  select * into v_line from tenancy.portal_line l where l.portal_id = p_portal_id and l.line_id = v_channel.line_id;
  select s.sends into v_sends from tenancy.channel_state s where s.state = v_channel.state;
  select s.rule, s.roles, s.receives, s.department_ids into rule, roles, v_receives, v_department_ids
    from tenancy.standing(p_portal_id, p_user_id, p_channel_id) s;
  is_allowed := tenancy.allows(p_portal_id, p_user_id, p_permission, p_channel_id);
  needed := array(select r.role from tenancy.role_permission r where r.permission = p_permission order by r.role);
  departments := array(
    select d.name from tenancy.department d
     where d.portal_id = p_portal_id and d.department_id = any (v_department_ids) order by d.name);
  channel_state := v_channel.state;
  verdict := case
    when not is_allowed and rule in ('dismissed', 'vanished') then rule
    when not is_allowed and roles && needed and not v_receives then 'receives_off'
    when not is_allowed then 'role'
    when p_permission in ('conversation.write.own', 'conversation.write.all', 'conversation.start') and not v_sends then 'channel_state'
    when p_permission in ('conversation.write.own', 'newclients.receive')
      and (not v_line.is_active or v_line.vanished_at is not null) then 'line_inactive'
    when p_permission = 'newclients.receive' and p_user_id <> all (v_line.operators) then 'not_in_queue'
    else 'allowed' end;
  party := case when verdict in ('dismissed', 'vanished', 'line_inactive', 'not_in_queue') then 'bitrix24' else 'ours' end;
  return next;
end
$$;
comment on function tenancy.explain_permission(uuid, text, text, text, uuid) is
  'Tenant. Why may this person do this, or why not: the rule that decides, ours or Bitrix24''s.';
grant execute on function tenancy.explain_permission(uuid, text, text, text, uuid) to whatsappb24_api;
