-- Gives the provider's support access to read this portal until p_ends_at, at most 30 days from now. Needs user.roles,
-- which no key has. Returns the grant's id; several may hold at once. Raises WB403 permission, WB400 malformed_item with
-- the field (reason: 1 to 500 characters; ends_at). Locks nothing.
create or replace function tenancy.grant_support(p_portal_id uuid, p_actor text, p_reason text, p_ends_at timestamptz) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_id uuid := tenancy.new_id();
  v_field text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'user.roles');
  v_field := case
    when (length(btrim(p_reason)) between 1 and 500) is not true then 'reason'
    when (p_ends_at > v_now and p_ends_at <= v_now + interval '30 days') is not true then 'ends_at'
  end;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  insert into tenancy.support_grant (portal_id, grant_id, reason, granted_by, granted_at, ends_at)
  values (p_portal_id, v_id, btrim(p_reason), p_actor, v_now, p_ends_at);
  return v_id;
end
$$;
comment on function tenancy.grant_support(uuid, text, text, timestamptz) is
  'Tenant. Gives the provider''s support access to read this portal until an instant, for a reason; returns the grant''s id.';
grant execute on function tenancy.grant_support(uuid, text, text, timestamptz) to whatsappb24_api;
