-- The other side asked for a pause (429, QUERY_LIMIT_EXCEEDED, the operating budget): nobody takes from this bucket
-- until then, and it refills from empty. A longer pause stands. Raises WB404 unknown_portal. Locks the bucket row.
create or replace function messaging.close_bucket(p_portal_id uuid, p_bucket text, p_key text, p_for interval) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_until timestamptz := v_now + least(p_for, interval '15 minutes');
begin
  insert into messaging.bucket as b (portal_id, bucket, key, tokens, refilled_at, closed_until)
  select p.portal_id, p_bucket, p_key, 0, v_now, v_until
    from tenancy.portal p where p.portal_id = p_portal_id
  on conflict (portal_id, bucket, key) do update set
    tokens = 0, refilled_at = excluded.refilled_at, closed_until = greatest(b.closed_until, excluded.closed_until);
  if not found then
    perform trace.refuse('unknown_portal', jsonb_build_object('bucket', p_bucket));
  end if;
end
$$;
comment on function messaging.close_bucket(uuid, text, text, interval) is
  'Tenant. Nobody takes from this bucket for the given time (at most 15 minutes).';
grant execute on function messaging.close_bucket(uuid, text, text, interval) to whatsappb24_api, whatsappb24_worker;
