-- requirement: R2.4-c
begin;
select plan(15);

-- The published ladder (DESIGN §5) as a picture: a row per state, a column per event, the cell is where it leads.
create temporary table published (from_state text, event text, to_state text);
insert into published
select s.from_state, e.event, e.to_state
  from (values
    --               queue     claim      return    lose       refuse     expire     submitted    enqueued    sent    delivered    read    failed
    ('accepted',  array['queued', null,      null,     null,      'refused', 'expired', null,        null,       null,   null,        null,   null]),
    ('queued',    array[null,     'sending', null,     null,      'refused', 'expired', 'submitted', 'enqueued', 'sent', 'delivered', 'read', null]),
    ('sending',   array[null,     null,      'queued', 'unknown', null,      null,      'submitted', 'enqueued', 'sent', 'delivered', 'read', 'failed']),
    ('unknown',   array[null,     null,      'queued', null,      null,      null,      'submitted', 'enqueued', 'sent', 'delivered', 'read', 'failed']),
    ('submitted', array[null,     null,      null,     null,      null,      null,      null,        'enqueued', 'sent', 'delivered', 'read', 'failed']),
    ('enqueued',  array[null,     null,      null,     null,      null,      null,      null,        null,       'sent', 'delivered', 'read', 'failed']),
    ('sent',      array[null,     null,      null,     null,      null,      null,      null,        null,       null,   'delivered', 'read', 'failed']),
    ('delivered', array[null,     null,      null,     null,      null,      null,      null,        null,       null,   null,        'read', null]),
    ('failed',    array[null,     null,      null,     null,      null,      null,      null,        null,       null,   'delivered', 'read', null])
  ) s(from_state, leads)
 cross join lateral unnest(
   array['queue', 'claim', 'return', 'lose', 'refuse', 'expire', 'submitted', 'enqueued', 'sent', 'delivered', 'read', 'failed'], s.leads) e(event, to_state)
 where e.to_state is not null;
select set_eq('select from_state, event, to_state from messaging.transition', 'select from_state, event, to_state from published',
  'the ladder is this picture, no more and no less');

select results_eq(
  $$select state from messaging.message_state where state not in ('unknown', 'failed', 'refused', 'expired') order by rank$$,
  $$values ('accepted'), ('queued'), ('sending'), ('submitted'), ('enqueued'), ('sent'), ('delivered'), ('read')$$,
  'accepted < queued < sending < submitted < enqueued < sent < delivered < read');
select is_empty($$
  select t.* from messaging.transition t
    join messaging.message_state f on f.state = t.from_state join messaging.message_state s on s.state = t.to_state
   where s.rank <= f.rank and t.event <> 'return' and not (t.from_state = 'failed' and t.to_state in ('delivered', 'read'))$$,
  'nothing goes down, except what is sent again and what evidence heals');
select set_eq($$select distinct from_state from messaging.transition where to_state in ('refused', 'expired')$$, array['accepted', 'queued'],
  'refused and expired only before sending');
select set_eq($$select from_state from messaging.transition where to_state = 'unknown'$$, array['sending'], 'unknown only from sending');
select set_eq($$select from_state from messaging.transition where to_state = 'failed'$$, array['sending', 'unknown', 'submitted', 'enqueued', 'sent'],
  'failed from sending to sent, and from unknown');
select set_eq($$select to_state from messaging.transition where from_state = 'failed'$$, array['delivered', 'read'], 'a failure is healed by delivery only');
select is_empty($$select from messaging.transition t join messaging.message_state s on s.state = t.from_state and s.is_final$$,
  'nothing leaves a final state');
select set_eq('select state from messaging.message_state where is_final', array['read', 'refused', 'expired'], 'read, refused and expired are final');
select set_eq($$select from_state from messaging.transition where to_state = 'sending'$$, array['queued'], 'only a claim sends, and only what waits');
select set_eq($$select from_state from messaging.transition where to_state = 'queued' and event = 'return'$$, array['sending', 'unknown'],
  'only what may not have arrived is sent again');
select is_empty($$select state from messaging.message_state s where s.state <> 'accepted'
    and not exists (select from messaging.transition t where t.to_state = s.state)$$, 'every state can be reached');
select is_empty($$select state from messaging.message_state s where not s.is_final
    and not exists (select from messaging.transition t where t.from_state = s.state)$$, 'and left, unless it is final');
select results_eq($$select outcome, string_agg(state, ' ' order by rank) from messaging.message_state group by outcome order by outcome$$,
  $$values ('done', 'submitted enqueued sent delivered read'), ('expired', 'expired'), ('failed', 'failed'), ('refused', 'refused'),
           ('unknown', 'unknown'), ('waiting', 'accepted queued sending')$$, 'every state counts as exactly one outcome');
-- What stands in the table is what happens: each event on each state, tried on a message.
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel');
select tests.submitted(:'portal', 'uno', '1') as message \gset
create function pg_temp.lands(p_portal uuid, p_message uuid, p_from text, p_event text) returns text language plpgsql as $$
begin
  update messaging.message set state = p_from where message_id = p_message;
  perform messaging.climb(tests.evidence(p_portal, p_message, array[p_event]), false);
  return tests.state_of(p_portal, p_message);
end $$;
select is_empty(format($$
  select s.state, e.event, pg_temp.lands(%1$L, %2$L, s.state, e.event), p.to_state
    from messaging.message_state s cross join (select distinct event from published union select 'deleted') e
    left join published p on p.from_state = s.state and p.event = e.event
   where pg_temp.lands(%1$L, %2$L, s.state, e.event) <> coalesce(p.to_state, s.state)$$, :'portal', :'message'),
  'every event moves every state as published, and what is not published moves nothing');
select * from finish();
rollback;
