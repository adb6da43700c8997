-- Ends a leased check of a channel and moves its state machine: what is desired and in place makes it active, a
-- failure a person must mend makes it attention, and every failure is looked at again after 2, 4, 8 … seconds, at
-- most ten minutes. A check heals the attention that a check found, also where sending had found the same before (a
-- key that is refused); the attention that only sending finds (the account refuses messages, which no check sees)
-- waits for a person to connect the channel again. A channel that is off is looked at until nothing of it is left
-- outside, or until nobody can take it off any more (fix, never).
-- p_report: what was done, usage (billing.note_usage), and facts [{fact, value, failure}] that the outside told
-- (tenancy.keep_facts); beside them is
-- kept when the last message was handed over, reached a phone, or was not paid for (round_trip), of the last seven days.
-- p_failure: {code, policy (retry|fix|never), message}. A caller whose lease is over changes nothing; a check that
-- was asked for while the lease ran stays due. Returns the channel's state (null: unknown channel).
-- Locks the channel row, then its lanes and notices, the synchronization of its templates, then its facts, then its days
-- of usage.
create or replace function tenancy.settle_check(
  p_portal_id uuid, p_channel_id uuid, p_check_token bigint, p_report jsonb, p_failure jsonb default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_channel tenancy.channel;
  v_found_by_check boolean;
  v_event text;
begin
  select * into v_channel from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id for no key update;
  if not found or v_channel.check_token <> p_check_token then
    return v_channel.state;
  end if;
  v_found_by_check := v_channel.state = 'attention' and 'check' = (
    select h.actor from tenancy.channel_history h
     where h.portal_id = p_portal_id and h.channel_id = p_channel_id and h.to_state = 'attention'
     order by h.change_id desc limit 1);
  v_event := case
    when v_channel.state not in ('connecting', 'active', 'attention') then null
    when p_failure is null and v_channel.state = 'connecting' then 'connected'
    when p_failure is null and v_found_by_check then 'connected'
    when p_failure ->> 'policy' in ('fix', 'never') and v_channel.state in ('connecting', 'active') then 'problem'
    when p_failure ->> 'code' = v_channel.state_reason and v_channel.state = 'attention' and not v_found_by_check then 'problem'
  end;
  if v_event is not null then
    v_channel.state := tenancy.change_channel(p_portal_id, p_channel_id, v_event, p_failure ->> 'code', 'check');
  end if;
  if v_event = 'connected' then
    perform messaging.ask_template_sync(p_portal_id, p_channel_id);
  end if;
  perform tenancy.keep_facts(p_portal_id, p_channel_id,
    case when jsonb_typeof(p_report -> 'facts') = 'array' then p_report -> 'facts' else '[]' end
    || tenancy.round_trip(p_portal_id, p_channel_id));
  perform billing.note_usage(p_portal_id, p_channel_id, p_report -> 'usage');
  update tenancy.channel c
     set checked_at = v_now, check_lease_until = null,
         check_report = coalesce(p_report, '{}') - '{facts,usage}'::text[] || case when p_failure is null then '{}' else jsonb_build_object('failure', p_failure) end,
         check_failures = case when p_failure is null then 0 else v_channel.check_failures + 1 end,
         check_at = case
           when v_channel.check_at <= v_now then v_now
           when v_channel.state in ('disconnected', 'removed', 'draft')
                and (p_failure is null or p_failure ->> 'policy' in ('fix', 'never')) then 'infinity'
           when p_failure is not null
             then v_now + least(interval '10 minutes', interval '1 second' * power(2, least(v_channel.check_failures + 1, 12)))
           else v_now + interval '6 hours' end
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  return v_channel.state;
end
$$;
comment on function tenancy.settle_check(uuid, uuid, bigint, jsonb, jsonb) is
  'Tenant. Ends a leased channel check: in place makes it active, a failure to be mended by a person makes it attention.';
grant execute on function tenancy.settle_check(uuid, uuid, bigint, jsonb, jsonb) to whatsappb24_worker;
