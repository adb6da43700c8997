-- Ends a leased refresh: with the new sealed pair {access, refresh (hex), expires_at}, or with p_failure (the
-- authorization server's word). invalid_grant breaks the token, invalid_client and PAYMENT_REQUIRED suspend the
-- portal; anything else only ends the lease. A pair is stored whoever holds the lease, because the old refresh token
-- is spent; it voids every other lease, whose failure then says nothing about the new pair. Only an uninstalled
-- portal's tokens stay void. An administrator's new pair lets a portal that waited for one resume.
-- Locks the portal row, then the token row, then the lanes that resume.
create or replace function tenancy.settle_refresh(
  p_portal_id uuid, p_user_id text, p_lease_token bigint, p_pair jsonb default null, p_failure text default null)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_token tenancy.portal_token;
begin
  perform 1 from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  if p_pair is not null then
    update tenancy.portal_token t
       set access_sealed = decode(p_pair ->> 'access', 'hex'), refresh_sealed = decode(p_pair ->> 'refresh', 'hex'),
           expires_at = (p_pair ->> 'expires_at')::timestamptz, version = t.version + 1,
           lease_token = t.lease_token + 1, leased_until = null, broken_at = null, broken_reason = null, updated_at = v_now
     where t.portal_id = p_portal_id and t.user_id = p_user_id and t.broken_reason is distinct from 'uninstalled'
    returning * into v_token;
    if v_token.is_admin or v_token.is_system then
      perform tenancy.resume_portal(p_portal_id);
    end if;
    return;
  end if;
  update tenancy.portal_token t
     set leased_until = null
   where t.portal_id = p_portal_id and t.user_id = p_user_id and t.lease_token = p_lease_token and t.broken_at is null;
  if not found then
    return;
  end if;
  if p_failure in ('invalid_client', 'PAYMENT_REQUIRED') then
    update tenancy.portal p
       set state = 'suspended', state_reason = p_failure, updated_at = v_now
     where p.portal_id = p_portal_id and p.state in ('installing', 'installed', 'needs_reauth');
  elsif p_failure = 'invalid_grant' then
    perform tenancy.break_token(p_portal_id, p_user_id, p_failure);
  end if;
end
$$;
comment on function tenancy.settle_refresh(uuid, text, bigint, jsonb, text) is
  'Tenant. Ends a leased refresh with the new sealed pair or with the failure''s code.';
grant execute on function tenancy.settle_refresh(uuid, text, bigint, jsonb, text) to whatsappb24_api, whatsappb24_worker;
