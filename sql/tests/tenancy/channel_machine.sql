-- requirement: R2.1-b, R2.4-c
-- The state machine of a channel as data: what tenancy.channel_state and tenancy.channel_transition publish.
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset

select results_eq(
  'select state, next_action, who_acts from tenancy.channel_state order by state',
  $$values
    ('active', 'write', 'nobody'),
    ('attention', 'repair', 'administrator'),
    ('connecting', 'wait', 'nobody'),
    ('disconnected', 'connect', 'administrator'),
    ('draft', 'connect', 'administrator'),
    ('paused', 'unpause', 'administrator'),
    ('removed', 'none', 'nobody'),
    ('suspended', 'top_up_or_renew', 'administrator')$$,
  'every state has a name, one next action, and someone who takes it');
select results_eq(
  'select state, sends from tenancy.channel_state where sends or receives order by state',
  $$values ('active', true), ('attention', false)$$,
  'only an active channel sends; one that needs attention still hands over what arrives');
select is_empty(
  'select state from tenancy.channel_state where sends and not receives', 'no state sends without receiving');
select is_empty(
  $$select state from tenancy.channel_state where who_acts <> 'nobody' and next_action in ('none', 'wait', 'write')$$,
  'whoever must act is told what to do');

select set_eq(
  $$with recursive reached(state) as (
      values ('draft')
      union
      select t.to_state from reached r join tenancy.channel_transition t on t.from_state = r.state)
    select state from reached$$,
  'select state from tenancy.channel_state', 'every state is reached from draft');
select set_eq(
  $$with recursive ends(state) as (
      values ('removed')
      union
      select t.from_state from ends e join tenancy.channel_transition t on t.to_state = e.state)
    select state from ends$$,
  'select state from tenancy.channel_state', 'and from every state there is a way to remove the channel');
select is_empty($$select event from tenancy.channel_transition where from_state = 'removed'$$, 'removed is final');
select set_eq(
  $$select event from tenancy.channel_transition where from_state = 'suspended'$$, array['resume', 'disconnect'],
  'a suspension ends by resuming or by giving up, not by connecting again');
select set_eq(
  $$select from_state from tenancy.channel_transition where to_state = 'active'$$, array['connecting', 'attention'],
  'a channel becomes active only after it was looked at');

-- Every pair of state and event, applied.
create function pg_temp.applied(p_portal uuid, p_channel uuid)
returns table (from_state text, event text, became text) language plpgsql as $$
begin
  for from_state, event in
    select s.state, e.event from tenancy.channel_state s, (select distinct t.event from tenancy.channel_transition t) e
  loop
    update tenancy.channel c set state = from_state where c.portal_id = p_portal and c.channel_id = p_channel;
    update billing.subscription s set state = 'trialing' where s.portal_id = p_portal and s.channel_id = p_channel;
    became := tests.refusal(format('select tenancy.change_channel(%L, %L, %L)', p_portal, p_channel, event));
    if became = 'accepted' then
      select c.state into became from tenancy.channel c where c.portal_id = p_portal and c.channel_id = p_channel;
    end if;
    return next;
  end loop;
end $$;
create temporary table applied as select * from pg_temp.applied(:'portal', :'channel');

select set_eq(
  $$select from_state, event, became from applied where became !~ '^WB'$$,
  'select from_state, event, to_state from tenancy.channel_transition', 'every listed transition happens');
select set_eq(
  $$select distinct became from applied where became ~ '^WB'$$, array['WB409 channel_state'],
  'everything else is refused');
select is(
  (select count(*) from tenancy.channel_history h where h.channel_id = :'channel'),
  (select count(*) + 2 from tenancy.channel_transition), 'and each change is in the history');
select * from finish();
rollback;
