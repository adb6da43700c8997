-- requirement: R2.2-a, R2.4-c
begin;
select plan(18);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
select tests.submitted(:'portal', 'uno', '1') as one \gset
select tests.claimed(:'portal');

-- What a word on the newest attempt comes to.
create function pg_temp.comes_to(p_portal uuid, p_message uuid, p_more jsonb) returns text language sql as $$
  select coalesce(r.recorded, 'stale') || case when r.is_superseded then ' superseded' else '' end
    from messaging.read_settling(jsonb_build_array(jsonb_build_object('portal_id', p_portal, 'message_id', p_message,
           'number', (select max(number) from messaging.attempt where message_id = p_message)) || p_more)) r
$$;

select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "accepted"}'), 'accepted', 'accepted is accepted');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "retry"}'), 'retry', 'retry is tried again');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "failed", "policy": "never"}'), 'failed', 'failed is failed');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "failed", "policy": "fix"}'), 'fix', 'unless the channel can be mended: then the message waits');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "unknown"}'), 'unknown', 'unknown is unknown');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "who knows"}') || pg_temp.comes_to(:'portal', :'one', '{}'), 'unknownunknown', 'and so is every word that we do not know');
select is(pg_temp.comes_to(:'portal', :'one', '{"number": 2}') || pg_temp.comes_to(:'portal', :'one', '{"number": "x"}') || pg_temp.comes_to(:'portal', :'one', '{"message_id": "x"}'),
  'stalestalestale', 'a word on no attempt of ours is stale');
select is((select string_agg(coalesce(r.recorded, 'stale'), ' ' order by r.item) from messaging.read_settling(
    jsonb_build_array('null'::jsonb, jsonb_build_object('portal_id', :'portal', 'message_id', :'one', 'number', 1, 'outcome', 'retry'),
                      jsonb_build_object('portal_id', :'portal', 'message_id', upper(:'one'), 'number', '1', 'outcome', 'accepted'))) r),
  'stale retry stale', 'of two words on one attempt the first counts');

-- figures that are none
select results_eq(format($$select r.retry_after_s from messaging.read_settling((
    select jsonb_agg(jsonb_build_object('portal_id', %L, 'message_id', %L, 'number', 1, 'outcome', 'retry', 'retry_after_s', s) order by n)
      from unnest(array['5', '-3', '1e9', 'NaN', 'soon', null]) with ordinality u(s, n))) r$$, :'portal', :'one'),
  'values (5::numeric), (0), (86400), (86400), (null), (null)', 'a back-off is between nothing and a day');
select results_eq(format($$select keys from messaging.read_settling(jsonb_build_array(jsonb_build_object('portal_id', %L, 'message_id', %L, 'number', 1, 'keys', 'none')))$$, :'portal', :'one'),
  $$values ('{}'::jsonb)$$, 'keys that are no object are none');

-- what is known already
select tests.settled(:'portal', :'one', 'unknown');
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "unknown"}') || ' ' || pg_temp.comes_to(:'portal', :'one', '{"outcome": "failed"}'), 'stale failed',
  'an unknown outcome may become known, but not unknown once more');
select messaging.resolve_unknown(:'portal', :'one', 'resend', '1');
select tests.claimed(:'portal');
select is(pg_temp.comes_to(:'portal', :'one', '{"number": 1, "outcome": "failed"}'), 'failed superseded', 'a word on an earlier attempt says that it is one');

-- retries end: to WhatsApp after twelve
create function pg_temp.retry(p_portal uuid, p_message uuid, p_direction text, p_times int) returns void language plpgsql as $$
begin
  for i in 1 .. p_times loop
    perform tests.settled(p_portal, p_message, 'retry', '{"retry_after_s": 60}');
    perform tests.pass('1 minute');
    perform tests.claimed(p_portal, p_direction);
  end loop;
end $$;
select pg_temp.retry(:'portal', :'one', 'out', 11);
select is(pg_temp.comes_to(:'portal', :'one', '{"outcome": "retry"}'), 'exhausted', 'a message to WhatsApp is given up with its twelfth retry');
select tests.claimed(:'portal', 'in');
select pg_temp.retry(:'portal', :'hello', 'in', 20);
select is(pg_temp.comes_to(:'portal', :'hello', '{"outcome": "retry"}'), 'retry', 'a customer''s message is not: nobody could write it again');
select tests.pass('24 hours');
select is(pg_temp.comes_to(:'portal', :'hello', '{"outcome": "retry"}'), 'exhausted', 'until the portal has not taken it for 24 hours');

-- waiting is not retrying
select tests.settled(:'portal', :'one', 'failed');
select tests.customer_writes(:'portal', :'channel');
select tests.submitted(:'portal', 'dos', '2') as two \gset
select tests.claimed(:'portal');
select tests.settled(:'portal', :'two', 'failed', '{"policy": "fix", "code": "1010"}');
select tests.pass('3 days');
select tests.customer_writes(:'portal', :'channel', 'sigo aquí') \g /dev/null
select tenancy.change_channel(:'portal', :'channel', 'connected');
select set_eq(format('select tests.claimed(%L)', :'portal'), array[:'two'::uuid], 'a channel is mended after three days');
select is(pg_temp.comes_to(:'portal', :'two', '{"outcome": "retry"}'), 'retry', 'its message may still be retried');
select pg_temp.retry(:'portal', :'two', 'out', 2);
select tests.pass('25 hours');
select is(pg_temp.comes_to(:'portal', :'two', '{"outcome": "retry"}'), 'exhausted', 'for 24 hours from its first retry');
select * from finish();
rollback;
