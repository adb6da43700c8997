-- requirement: R4-c, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.publish_card('out service * 0.8 0.5 sent 0 0 true');
select tests.fund(:'portal');
select tenancy.new_id() as message \gset
select tests.held(:'portal', :'channel', array[:'message'::uuid]);
create function pg_temp.steps(p_portal uuid, p_message uuid, p_event text, p_next text) returns text language sql as $$
  select string_agg(concat_ws(' ', m.n, m.from_state, m.to_state, m.price), ', ' order by m.n)
    from billing.read_moves(jsonb_build_array(jsonb_build_object('portal_id', p_portal, 'message_id', p_message, 'event', p_event, 'next', p_next))) m
$$;
select is(pg_temp.steps(:'portal', :'message', 'sent', 'failed'), '2 held captured 800000, 3 captured reversed 800000', 'two words are two steps');
select is(pg_temp.steps(:'portal', :'message', 'submitted', 'failed'), '2 held released 800000', 'of which one may mean nothing');
select is(pg_temp.steps(:'portal', :'message', 'submitted', null), null, 'or both');
select * from finish();
rollback;
