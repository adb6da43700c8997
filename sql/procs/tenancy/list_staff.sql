-- The provider's staff, active ones first, by name: role, whether he is bound to an OpenID identity, how many sessions of
-- his run, and when he was last here. Locks nothing.
create or replace function tenancy.list_staff()
returns table (
  staff_id uuid, email text, name text, language text, role text, state text, is_bound boolean, sessions int,
  seen_at timestamptz, created_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    select f.staff_id, f.email, f.name, f.language, f.role, f.state, f.oidc_subject is not null,
           (select count(*)::int from tenancy.staff_session s
             where s.staff_id = f.staff_id and f.state = 'active' and v_now < s.ends_at and v_now < s.seen_at + interval '1 hour'),
           greatest(
             (select max(s.seen_at) from tenancy.staff_session s where s.staff_id = f.staff_id),
             (select max(c.changed_at) from tenancy.staff_change c
               where c.staff_id = f.staff_id and c.event in ('entered', 'left'))),
           f.created_at
      from tenancy.staff f
     order by f.state, f.name, f.staff_id
     limit 1000;
end
$$;
comment on function tenancy.list_staff() is 'Platform. The provider''s staff: who, which role, last seen.';
grant execute on function tenancy.list_staff() to whatsappb24_api;
