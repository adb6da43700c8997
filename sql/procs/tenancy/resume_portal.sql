-- A portal that could not be reached works again: a wait for an administrator ends, and so does a suspension that the
-- authorization server itself had asked for (invalid_client, PAYMENT_REQUIRED); a suspension by us does not. What
-- was paused goes on. For whoever has proof: a stored or refreshed token, a finished installation. Idempotent.
-- Locks the portal row, then the paused lanes of its channels.
create or replace function tenancy.resume_portal(p_portal_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  update tenancy.portal p
     set state = case when p.installed_at is null then 'installing' else 'installed' end,
         state_reason = null, repair_at = v_now, updated_at = v_now
   where p.portal_id = p_portal_id
     and (p.state = 'needs_reauth' or p.state = 'suspended' and p.state_reason in ('invalid_client', 'PAYMENT_REQUIRED'));
  perform messaging.resume_lanes(c.portal_id, c.channel_id)
    from tenancy.channel c
   where c.portal_id = p_portal_id and c.state <> 'removed'
   order by c.channel_id;
end
$$;
comment on function tenancy.resume_portal(uuid) is
  'Internal. Ends a portal''s wait for a token and a suspension the authorization server asked for; its paused lanes go on.';
