-- The portal refuses this user's token (dismissed, blocked, no longer allowed): it is passed over until the user opens
-- the application again. When the last usable one breaks, the portal needs_reauth. For the connector.
-- Locks the portal row, then the token row.
create or replace function tenancy.break_token(p_portal_id uuid, p_user_id text, p_reason text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  perform 1 from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  update tenancy.portal_token t
     set broken_at = v_now, broken_reason = left(p_reason, 100), leased_until = null
   where t.portal_id = p_portal_id and t.user_id = p_user_id and t.broken_at is null;
  if not exists (
    select from tenancy.portal_token t
     where t.portal_id = p_portal_id and t.broken_at is null and (t.is_admin or t.is_system))
  then
    update tenancy.portal p
       set state = 'needs_reauth', state_reason = left(p_reason, 100), updated_at = v_now
     where p.portal_id = p_portal_id and p.state in ('installing', 'installed');
  end if;
end
$$;
comment on function tenancy.break_token(uuid, text, text) is
  'Tenant. Passes over a user''s token that the portal refuses; the last one leaves the portal in needs_reauth.';
grant execute on function tenancy.break_token(uuid, text, text) to whatsappb24_api, whatsappb24_worker;
