-- Makes a channel follow its subscription: one that works while the subscription does not run is suspended (reason:
-- subscription_suspended, _paused or _cancelled); one that was suspended for such a reason resumes when it runs again.
-- A suspension of another reason stays. For billing.store_subscription(). Locks the channel row.
create or replace function billing.couple_channel(p_portal_id uuid, p_channel_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_channel tenancy.channel;
  v_state text;
begin
  select * into v_channel from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id for no key update;
  select s.state into v_state from billing.subscription s where s.portal_id = p_portal_id and s.channel_id = p_channel_id;
  if v_channel.state in ('connecting', 'active', 'attention') and not billing.is_running(p_portal_id, p_channel_id) then
    perform tenancy.change_channel(p_portal_id, p_channel_id, 'suspend', 'subscription_' || coalesce(v_state, 'none'), 'billing');
  elsif v_channel.state = 'suspended' and v_channel.state_reason ~ '^subscription_' and billing.is_running(p_portal_id, p_channel_id) then
    perform tenancy.change_channel(p_portal_id, p_channel_id, 'resume', null, 'billing');
  end if;
end
$$;
comment on function billing.couple_channel(uuid, uuid) is 'Internal. Suspends or resumes a channel as its subscription says.';
