-- Ends a claimed notice about a channel: told and never take it off, later comes again after 15, 30, 60 … seconds until
-- it expires. A newer word that came meanwhile (another token) stands. Returns whether it counted. Locks the row.
create or replace function tenancy.settle_channel_notice(
  p_portal_id uuid, p_channel_id uuid, p_user_id text, p_notice_token bigint, p_outcome text)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if p_outcome = 'later' then
    update tenancy.channel_notice n
       set due_at = v_now + least(interval '1 hour', interval '15 seconds' * power(2, least(greatest(n.tries - 1, 0), 10)))
     where n.portal_id = p_portal_id and n.channel_id = p_channel_id and n.user_id = p_user_id and n.token = p_notice_token;
  else
    delete from tenancy.channel_notice n
     where n.portal_id = p_portal_id and n.channel_id = p_channel_id and n.user_id = p_user_id and n.token = p_notice_token;
  end if;
  return found;
end
$$;
comment on function tenancy.settle_channel_notice(uuid, uuid, text, bigint, text) is
  'Tenant. Ends a claimed notice about a channel: told, never, or later.';
grant execute on function tenancy.settle_channel_notice(uuid, uuid, text, bigint, text) to whatsappb24_worker;
