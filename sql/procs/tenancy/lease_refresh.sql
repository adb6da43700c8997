-- Lets exactly one caller refresh a token. p_stale_version is the version that did not work.
-- Returns outcome 'newer' with the pair when somebody was faster, 'lease' with the refresh token and the lease
-- when the caller shall refresh (30 s), 'wait' while another holds the lease. No lock is held across HTTP.
-- Raises WB404 unknown_user, WB409 no_token for a broken one. Locks the token row for the moment of the call.
create or replace function tenancy.lease_refresh(p_portal_id uuid, p_user_id text, p_stale_version bigint)
returns table (
  outcome text, lease_token bigint, access_sealed bytea, refresh_sealed bytea, expires_at timestamptz, version bigint)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_token tenancy.portal_token;
begin
  select * into v_token from tenancy.portal_token t
   where t.portal_id = p_portal_id and t.user_id = p_user_id for update;
  if not found then
    perform trace.refuse('unknown_user', jsonb_build_object('user_id', p_user_id));
  end if;
  if v_token.broken_at is not null then
    perform trace.refuse('no_token', jsonb_build_object('user_id', p_user_id, 'broken', v_token.broken_reason));
  end if;
  if v_token.version > p_stale_version then
    return query select 'newer', null::bigint, v_token.access_sealed, v_token.refresh_sealed, v_token.expires_at, v_token.version;
  elsif v_token.leased_until > v_now then
    return query select 'wait', null::bigint, null::bytea, null::bytea, null::timestamptz, v_token.version;
  else
    update tenancy.portal_token t
       set lease_token = t.lease_token + 1, leased_until = v_now + interval '30 seconds'
     where t.portal_id = p_portal_id and t.user_id = p_user_id
    returning * into v_token;
    return query select 'lease', v_token.lease_token, null::bytea, v_token.refresh_sealed, v_token.expires_at, v_token.version;
  end if;
end
$$;
comment on function tenancy.lease_refresh(uuid, text, bigint) is
  'Tenant. One caller gets a 30 s lease to refresh a user''s token, everybody else the newer token or the word wait.';
grant execute on function tenancy.lease_refresh(uuid, text, bigint) to whatsappb24_api, whatsappb24_worker;
