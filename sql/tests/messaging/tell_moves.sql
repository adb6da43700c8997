-- requirement: R2.2-a, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
-- Moves a message, tells, and returns what the portal is now to be told; all that was told before is forgotten.
create function pg_temp.tells(p_portal uuid, p_message uuid, variadic p_states text[]) returns text language plpgsql as $$
declare v_from text;
begin
  delete from messaging.notice;
  for i in 1 .. cardinality(p_states) loop
    v_from := tests.state_of(p_portal, p_message);
    update messaging.message set state = p_states[i] where message_id = p_message;
    perform messaging.tell_moves(jsonb_build_array(jsonb_build_object(
      'portal_id', p_portal, 'message_id', p_message, 'from_state', v_from, 'to_state', p_states[i])));
  end loop;
  return coalesce((select string_agg(n.kind, ', ' order by n.kind) from messaging.notice n), 'nothing');
end $$;

-- the tick
select tests.submitted(:'portal', 'uno', '1') as one \gset
select is(pg_temp.tells(:'portal', :'one', 'sending', 'submitted', 'enqueued'), 'nothing', 'until WhatsApp has it, nothing is told');
select is(pg_temp.tells(:'portal', :'one', 'sent'), 'tick', 'when it was sent, the operator gets his tick');
select is(pg_temp.tells(:'portal', :'one', 'delivered', 'read'), 'nothing', 'once');
select tests.submitted(:'portal', 'dos', '2') as two \gset
select is(pg_temp.tells(:'portal', :'two', 'delivered'), 'tick', 'also where sent was skipped');
update tenancy.channel set tick_at = 'submitted';
select tests.submitted(:'portal', 'tres', '3') as three \gset
select is(pg_temp.tells(:'portal', :'three', 'submitted'), 'tick', 'the channel says which rung is worth a tick');
update tenancy.channel set tick_at = 'sent';

-- of several parts
select tests.operator_writes(:'portal', 'parte', '4', p_parts => 2);
select message_id as part_1 from messaging.message where text = 'parte 1' \gset
select message_id as part_2 from messaging.message where text = 'parte 2' \gset
select is(pg_temp.tells(:'portal', :'part_1', 'sent'), 'nothing', 'of several parts the first has no tick');
select is(pg_temp.tells(:'portal', :'part_2', 'sent'), 'tick', 'the last one brings it');
select is((select message_id from messaging.notice), :'part_1'::uuid, 'for the whole message');
select tests.operator_writes(:'portal', 'trozo', '5', p_parts => 2);
select message_id as part_3 from messaging.message where text = 'trozo 1' \gset
select message_id as part_4 from messaging.message where text = 'trozo 2' \gset
select is(pg_temp.tells(:'portal', :'part_3', 'failed') || ', ' || pg_temp.tells(:'portal', :'part_4', 'sent'), 'trouble, nothing', 'where one failed there is no tick: the message shows the worst of its parts');

-- trouble
select tests.submitted(:'portal', 'cuatro', '6') as four \gset
select is(pg_temp.tells(:'portal', :'four', 'sending', 'unknown'), 'trouble', 'an unknown outcome is told');
select is(pg_temp.tells(:'portal', :'four', 'failed'), 'trouble', 'and so is a failure');
select is(pg_temp.tells(:'portal', :'four', 'delivered'), 'tick, trouble', 'and that it was wrong');

-- towards the portal
select is(pg_temp.tells(:'portal', :'hello', 'sending', 'unknown'), 'verify', 'where it is unknown whether the portal has a message, it is asked');
select is(pg_temp.tells(:'portal', :'hello', 'delivered'), 'nothing', 'what it has, it need not be told');
select lives_ok('select messaging.tell_moves(''[]'')', 'no moves, nothing to tell');
select * from finish();
rollback;
