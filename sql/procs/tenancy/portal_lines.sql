-- The open lines that a portal named, by name: operators are those in its queue (user ids, with the names that we know), and
-- channels the names of the channels that it serves. One that the portal names no longer is shown while a channel has it.
-- Needs user.roles. Raises WB403 permission. Locks nothing.
create or replace function tenancy.portal_lines(p_portal_id uuid, p_user_id text)
returns table (line_id text, name text, is_active boolean, has_vanished boolean, operators jsonb, channels text[])
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'user.roles');
  return query
    select l.line_id, l.name, l.is_active, l.vanished_at is not null,
           coalesce((select jsonb_agg(jsonb_build_object('user_id', o.user_id, 'name', nullif(u.name, '')) order by u.name, o.user_id)
                       from unnest(l.operators) o(user_id)
                       left join tenancy.portal_user u on u.portal_id = p_portal_id and u.user_id = o.user_id), '[]'),
           s.channels
      from tenancy.portal_line l
     cross join lateral (
       select array(select c.name from tenancy.channel c
                     where c.portal_id = p_portal_id and c.line_id = l.line_id and c.state not in ('disconnected', 'removed')
                     order by c.name) as channels) s
     where l.portal_id = p_portal_id and (l.vanished_at is null or cardinality(s.channels) > 0)
     order by lower(l.name), l.line_id
     limit 1000;
end
$$;
comment on function tenancy.portal_lines(uuid, text) is
  'Tenant. The open lines of a portal, who is in the queue of each, and which channels it serves.';
grant execute on function tenancy.portal_lines(uuid, text) to whatsappb24_api;
