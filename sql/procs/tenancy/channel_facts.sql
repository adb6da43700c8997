-- What the outside said of a channel's number, a row per fact that is known or was asked for: its value, when it was said,
-- when we last asked, and how that failed. Needs channel.view. Raises WB403 permission. Locks nothing.
create or replace function tenancy.channel_facts(p_portal_id uuid, p_user_id text, p_channel_id uuid)
returns table (fact text, value jsonb, refreshed_at timestamptz, asked_at timestamptz, failure jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'channel.view', p_channel_id);
  return query
    select f.fact, f.value, f.refreshed_at, f.asked_at, f.failure
      from tenancy.channel_fact f
     where f.portal_id = p_portal_id and f.channel_id = p_channel_id
     order by f.fact;
end
$$;
comment on function tenancy.channel_facts(uuid, text, uuid) is
  'Tenant. What the outside said of a channel''s number, each with its last refresh or why it could not be read.';
grant execute on function tenancy.channel_facts(uuid, text, uuid) to whatsappb24_api;
