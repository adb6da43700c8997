-- Which open lines have a channel: a line takes one. For the form that adds a channel. Locks nothing.
create or replace function tenancy.taken_lines(p_portal_id uuid) returns table (line_id text, channel_id uuid, name text)
language sql stable security definer
set search_path = ''
as $$
  select c.line_id, c.channel_id, c.name
    from tenancy.channel c
   where c.portal_id = p_portal_id and c.state not in ('disconnected', 'removed')
   order by c.line_id
$$;
comment on function tenancy.taken_lines(uuid) is 'Tenant. The open lines that a channel serves, and which.';
grant execute on function tenancy.taken_lines(uuid) to whatsappb24_api;
