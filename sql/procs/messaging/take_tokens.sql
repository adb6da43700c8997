-- Takes n tokens from a bucket that all workers share, or says how long to wait. For every HTTP request to the
-- outside. Rates stand in messaging.rate by the portal's tier. Returns 0 when taken, else the seconds until it is
-- worth asking again (nothing was taken). Raises WB404 unknown_portal, WB400 malformed_call for a bucket without a
-- rate and for an n that the bucket can never hold. Locks the bucket row.
create or replace function messaging.take_tokens(p_portal_id uuid, p_bucket text, p_key text default '', p_n numeric default 1)
returns numeric
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_tier text;
  v_rate messaging.rate;
  v_level messaging.bucket;
  v_tokens numeric;
begin
  select p.tier into v_tier from tenancy.portal p where p.portal_id = p_portal_id;
  if not found then
    perform trace.refuse('unknown_portal', jsonb_build_object('bucket', p_bucket));
  end if;
  select r.* into v_rate from messaging.rate r where r.bucket = p_bucket and r.tier = v_tier;
  if not found then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_bucket', 'bucket', p_bucket));
  end if;
  if not coalesce(p_n > 0 and p_n <= v_rate.burst, false) then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_n', 'burst', v_rate.burst));
  end if;
  insert into messaging.bucket (portal_id, bucket, key, tokens, refilled_at)
  values (p_portal_id, p_bucket, p_key, v_rate.burst, v_now)
  on conflict (portal_id, bucket, key) do nothing;
  select * into v_level from messaging.bucket b
   where b.portal_id = p_portal_id and b.bucket = p_bucket and b.key = p_key for update;
  if v_level.closed_until > v_now then
    return extract(epoch from v_level.closed_until - v_now);
  end if;
  v_tokens := least(v_rate.burst,
    v_level.tokens + greatest(extract(epoch from v_now - v_level.refilled_at), 0) * v_rate.per_second);
  update messaging.bucket b
     set tokens = case when v_tokens >= p_n then v_tokens - p_n else v_tokens end,
         refilled_at = greatest(v_now, v_level.refilled_at), closed_until = null
   where b.portal_id = p_portal_id and b.bucket = p_bucket and b.key = p_key;
  return case when v_tokens >= p_n then 0 else (p_n - v_tokens) / v_rate.per_second end;
end
$$;
comment on function messaging.take_tokens(uuid, text, text, numeric) is
  'Tenant. Takes n tokens from a shared bucket; returns 0, or the seconds to wait when too few are there.';
grant execute on function messaging.take_tokens(uuid, text, text, numeric) to whatsappb24_api, whatsappb24_worker;
