-- What a person may do with a subscription in this state: change, cancel, keep, pause, resume, restart, in alphabetical
-- order, as the state machine (billing.subscription_transition) has it. For the panel. Locks nothing.
create or replace function billing.subscription_steps(p_state text, p_cancels_at_end boolean) returns text[]
language sql stable
set search_path = ''
as $$
  select array(
    select distinct e.step
      from billing.subscription_transition t
     cross join lateral (select case t.event when 'change_later' then 'change' when 'cancel_later' then 'cancel' else t.event end as step) e
     where t.from_state = p_state
       and case e.step
             when 'cancel' then not p_cancels_at_end
             when 'keep' then p_cancels_at_end
             else e.step in ('change', 'pause', 'resume', 'restart')
           end
     order by e.step)
$$;
comment on function billing.subscription_steps(text, boolean) is
  'Internal. What a person may do with a subscription in this state, as the state machine has it.';
