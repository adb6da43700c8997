-- Moves a channel along its published state machine and does what the new state means for its lanes: where it
-- may send (or hand over), what waited continues; where it may not, messaging.claim() leaves it waiting. A channel whose
-- subscription does not run becomes suspended instead of connecting or active (its renewal is tried at once where it waits
-- for money), and the subscription of a removed one is cancelled.
-- p_actor: a user's id, a third party's key ('key:<id>'), or the part of the system that found out (null: system). A
-- person or key may connect (needs
-- channel.configure), pause, unpause, disconnect and remove (channel.disable); all other events are the system's
-- findings. Whoever the portal wants to hear of it is told when the channel comes to need attention and when it is active
-- again (tenancy.tell_channel).
-- Returns the new state. Raises WB404 unknown_channel, WB409 channel_state, WB409 line_taken, WB403 permission.
-- Locks the portal row (connect only: two channels never take one line), the subscription (connect, unpause, remove), the
-- channel row, the wallet (remove, where anything is kept for the next period: whoever holds it wants only channels whose
-- subscription he holds), then, where the new state opens a direction, its paused lanes in the order of their key, then its notices.
create or replace function tenancy.change_channel(
  p_portal_id uuid, p_channel_id uuid, p_event text, p_reason text default null, p_actor text default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_from text;
  v_to text;
  v_subscription billing.subscription;
begin
  if p_actor ~ '^([0-9]+$|key:)' then
    if p_event not in ('connect', 'pause', 'unpause', 'disconnect', 'remove') then
      perform trace.refuse('permission', jsonb_build_object('user_id', p_actor, 'event', p_event));
    end if;
    perform tenancy.demand(p_portal_id, p_actor,
      case p_event when 'connect' then 'channel.configure' else 'channel.disable' end, p_channel_id);
  end if;
  if p_event = 'connect' then
    perform 1 from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  end if;
  if p_event in ('connect', 'unpause', 'remove') then
    select * into v_subscription from billing.subscription s
     where s.portal_id = p_portal_id and s.channel_id = p_channel_id for no key update;
  end if;
  select c.state into v_from from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id for no key update;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  select t.to_state into v_to from tenancy.channel_transition t where t.from_state = v_from and t.event = p_event;
  if v_to is null then
    perform trace.refuse('channel_state', jsonb_build_object(
      'state', v_from, 'event', p_event,
      'next_action', (select s.next_action from tenancy.channel_state s where s.state = v_from)));
  end if;
  if v_from in ('disconnected', 'draft') and v_to = 'connecting' and exists (
    select from tenancy.channel o join tenancy.channel c on c.portal_id = o.portal_id and c.channel_id = p_channel_id
     where o.portal_id = p_portal_id and o.channel_id <> p_channel_id and o.state not in ('disconnected', 'removed')
       and (o.phone = c.phone or o.connector = c.connector and o.line_id = c.line_id))
  then
    perform trace.refuse('line_taken', jsonb_build_object('channel_id', p_channel_id));
  end if;
  update tenancy.channel c
     set state = v_to, state_reason = p_reason, state_at = v_now, check_failures = 0,
         check_at = case when v_to = 'removed' then c.check_at else v_now end
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  insert into tenancy.channel_history (portal_id, channel_id, changed_at, change_id, event, from_state, to_state, reason, actor)
  values (p_portal_id, p_channel_id, v_now, tenancy.new_id(), p_event, v_from, v_to, p_reason, coalesce(p_actor, 'system'));
  if v_to = 'removed' and v_subscription.state <> 'cancelled' then
    v_subscription.due_at := 'infinity';
    perform billing.store_subscription(v_subscription, 'cancel', 'channel_removed', coalesce(p_actor, 'system'));
  elsif v_to in ('connecting', 'active') and not billing.is_running(p_portal_id, p_channel_id) then
    if v_subscription.state = 'suspended' then
      update billing.subscription s set due_at = v_now where s.portal_id = p_portal_id and s.channel_id = p_channel_id;
    end if;
    perform billing.couple_channel(p_portal_id, p_channel_id);
    select c.state into v_to from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  end if;
  if exists (
    select from tenancy.channel_state f join tenancy.channel_state t on t.state = v_to
     where f.state = v_from and (t.sends > f.sends or t.receives > f.receives))
  then
    perform messaging.resume_lanes(p_portal_id, p_channel_id);
  end if;
  perform tenancy.tell_channel(p_portal_id, p_channel_id);
  return v_to;
end
$$;
comment on function tenancy.change_channel(uuid, uuid, text, text, text) is
  'Tenant. Applies an event of the published state machine to a channel; returns its new state.';
grant execute on function tenancy.change_channel(uuid, uuid, text, text, text) to whatsappb24_api, whatsappb24_worker;
