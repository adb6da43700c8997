-- The connection tests of every channel that is not removed, as last found. For whatsappb24 doctor. Locks nothing.
create or replace function tenancy.every_connection()
returns table (
  domain text, channel_id uuid, name text, phone text, state text, checked_at timestamptz, test text, party text, outcome text,
  code text, detail text, at timestamptz, action text)
language sql stable security definer
set search_path = ''
as $$
  select p.domain, c.channel_id, c.name, c.phone, c.state, c.checked_at, t.test, t.party, t.outcome, t.code, t.detail, t.at, t.action
    from tenancy.channel c
    join tenancy.portal p on p.portal_id = c.portal_id
   cross join lateral tenancy.connection_tests(c.portal_id, c.channel_id) t
   where c.state <> 'removed'
   order by p.domain, c.created_at, c.channel_id, t.place
$$;
comment on function tenancy.every_connection() is 'Platform. The connection tests of every channel, as last found.';
