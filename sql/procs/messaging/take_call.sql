-- Takes the right to call a method of a portal: n tokens of the portal's bucket, unless the method itself is closed
-- (its execution time is used up, messaging.close_bucket). For every HTTP request to a portal, in one round trip.
-- Returns 0 when taken, else the seconds until it is worth asking again (nothing was taken). Raises WB404
-- unknown_portal, WB400 malformed_call for an n that the bucket can never hold. Locks the portal's bucket row.
create or replace function messaging.take_call(p_portal_id uuid, p_method text, p_n numeric default 1) returns numeric
language sql security definer
set search_path = ''
as $$
  select coalesce(
    (select extract(epoch from b.closed_until - tenancy.now())
       from messaging.bucket b
      where b.portal_id = p_portal_id and b.bucket = 'method' and b.key = p_method and b.closed_until > tenancy.now()),
    messaging.take_tokens(p_portal_id, 'portal', '', p_n))
$$;
comment on function messaging.take_call(uuid, text, numeric) is
  'Tenant. Takes n calls of a portal unless the method is closed; returns 0, or the seconds to wait.';
grant execute on function messaging.take_call(uuid, text, numeric) to whatsappb24_api, whatsappb24_worker;
