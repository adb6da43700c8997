-- A channel's changes, newest first: when, which event, between which states, why, and by whom (actor: a user's id, or the
-- part of the system; actor_name where we know the user). Needs channel.view. Raises WB403 permission. Locks nothing.
create or replace function tenancy.channel_changes(p_portal_id uuid, p_user_id text, p_channel_id uuid, p_limit int default 100)
returns table (
  at timestamptz, event text, from_state text, to_state text, reason text, actor text, actor_name text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'channel.view', p_channel_id);
  return query
    select h.changed_at, h.event, h.from_state, h.to_state, h.reason, h.actor, nullif(u.name, '')
      from tenancy.channel_history h
      left join tenancy.portal_user u on u.portal_id = h.portal_id and u.user_id = h.actor
     where h.portal_id = p_portal_id and h.channel_id = p_channel_id
     order by h.change_id desc
     limit least(p_limit, 500);
end
$$;
comment on function tenancy.channel_changes(uuid, text, uuid, int) is
  'Tenant. A channel''s changes, newest first: event, states, reason and actor.';
grant execute on function tenancy.channel_changes(uuid, text, uuid, int) to whatsappb24_api;
