-- requirement: R2.1-b, R2.2-a, R2.4-c
begin;
select plan(2);

-- channel state against portal state: which directions are open (out: to WhatsApp, in: to the portal)
select results_eq(
  $$select s.state, p.state, concat_ws(' ', case when messaging.may_leave('out', s, p.state) then 'out' end,
                                            case when messaging.may_leave('in', s, p.state) then 'in' end)
      from unnest(array['draft', 'connecting', 'active', 'attention', 'suspended', 'paused', 'disconnected', 'removed']) with ordinality c(state, n)
      join tenancy.channel_state s on s.state = c.state
     cross join unnest(array['installing', 'installed', 'needs_reauth', 'suspended', 'uninstalled']) with ordinality p(state, m)
     where messaging.may_leave('out', s, p.state) or messaging.may_leave('in', s, p.state)
     order by c.n, p.m$$,
  $$values ('active', 'installing', 'out'), ('active', 'installed', 'out in'), ('active', 'needs_reauth', 'out'), ('attention', 'installed', 'in')$$,
  'only an active channel sends, only to an installed portal is handed over; all else waits');
select set_eq('select state from tenancy.channel_state', array['draft', 'connecting', 'active', 'attention', 'suspended', 'paused', 'disconnected', 'removed'],
  'these are all states of a channel');
select * from finish();
rollback;
