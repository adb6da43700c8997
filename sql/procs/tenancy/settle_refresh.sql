-- Ends a leased refresh: with the new sealed pair {access, refresh (hex), expires_at}, or with p_failure (the
-- authorisation server's word). invalid_grant breaks the token, invalid_client and PAYMENT_REQUIRED suspend the
-- portal; anything else only ends the lease. A pair is stored whoever holds the lease: the old refresh token is
-- spent. When the last usable token breaks, the portal needs_reauth. Locks the token row, then the portal row.
create or replace function tenancy.settle_refresh(
  p_portal_id uuid, p_user_id text, p_lease_token bigint, p_pair jsonb default null, p_failure text default null)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if p_pair is not null then
    update tenancy.portal_token t
       set access_sealed = decode(p_pair ->> 'access', 'hex'), refresh_sealed = decode(p_pair ->> 'refresh', 'hex'),
           expires_at = (p_pair ->> 'expires_at')::timestamptz, version = t.version + 1, leased_until = null,
           broken_at = null, broken_reason = null, updated_at = v_now
     where t.portal_id = p_portal_id and t.user_id = p_user_id;
    return;
  end if;
  update tenancy.portal_token t
     set leased_until = null,
         broken_at = case when p_failure = 'invalid_grant' then v_now end,
         broken_reason = case when p_failure = 'invalid_grant' then p_failure end
   where t.portal_id = p_portal_id and t.user_id = p_user_id and t.lease_token = p_lease_token;
  if not found then
    return;
  end if;
  if p_failure in ('invalid_client', 'PAYMENT_REQUIRED') then
    update tenancy.portal p
       set state = 'suspended', state_reason = p_failure, updated_at = v_now
     where p.portal_id = p_portal_id and p.state in ('installing', 'installed', 'needs_reauth');
  elsif not exists (
    select from tenancy.portal_token t
     where t.portal_id = p_portal_id and t.broken_at is null and (t.is_admin or t.is_system))
  then
    update tenancy.portal p
       set state = 'needs_reauth', state_reason = p_failure, updated_at = v_now
     where p.portal_id = p_portal_id and p.state in ('installing', 'installed');
  end if;
end
$$;
comment on function tenancy.settle_refresh(uuid, text, bigint, jsonb, text) is
  'Tenant. Ends a leased refresh with the new sealed pair or with the failure''s code.';
grant execute on function tenancy.settle_refresh(uuid, text, bigint, jsonb, text) to whatsappb24_api, whatsappb24_worker;
