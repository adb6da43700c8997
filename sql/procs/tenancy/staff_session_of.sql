-- The session with this digest that still runs: whose it is and when it ends; no row where there is none. A session ends
-- at its end, an hour after the last request, or when its person is disabled. Locks nothing; two primary-key look-ups.
create or replace function tenancy.staff_session_of(p_digest bytea, p_now timestamptz)
returns table (staff tenancy.staff, seen_at timestamptz, ends_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select f, s.seen_at, s.ends_at
    from tenancy.staff_session s
    join tenancy.staff f on f.staff_id = s.staff_id and f.state = 'active'
   where s.session_digest = p_digest and p_now < s.ends_at and p_now < s.seen_at + interval '1 hour'
$$;
comment on function tenancy.staff_session_of(bytea, timestamptz) is 'Internal. The running session with this digest: whose, last seen, until when.';
