-- requirement: R2.2-a, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'a') as a \gset
select tests.customer_writes(:'portal', :'channel', 'b') as b \gset
select tests.customer_writes(:'portal', :'channel', 'c') as c \gset
select messaging.give_notice('trouble', array_fill(:'portal'::uuid, array[3]), array[:'a', :'b', :'c']::uuid[]);
create function tests.claim_all(p_portal_id uuid) returns bigint language sql as $$ select count(*) from messaging.claim_notices(array[p_portal_id]) $$;
create function tests.ends(p_message_id uuid, p_outcome text, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('portal_id', n.portal_id, 'notice_id', n.notice_id, 'token', n.token, 'outcome', p_outcome) || p_more
    from messaging.notice n where n.message_id = p_message_id
$$;
create function tests.waits(p_message_id uuid) returns interval language sql as $$
  select due_at - tenancy.now() from messaging.notice where message_id = p_message_id
$$;

select tests.claim_all(:'portal') \g /dev/null
set local role whatsappb24_worker;
select messaging.settle_notices('[]') as nothing \gset
reset role;
select is(:nothing, 0, 'nothing told, nothing done');
select is(
  messaging.settle_notices(jsonb_build_array(
    1, 'x', null, '{}'::jsonb, '{"portal_id": "x", "notice_id": 1, "token": {}}'::jsonb, tests.ends(:'a', 'told', '{"token": "many"}'),
    tests.ends(:'a', 'told'), tests.ends(:'b', 'never'), tests.ends(:'c', 'later', '{"after_s": "soon", "detail": [1]}'))),
  3, 'each item counts by itself, whatever stands beside it');
select is((select array_agg(message_id) from messaging.notice), array[:'c'::uuid], 'told and never are taken off');
select is(tests.waits(:'c'), '5 seconds', 'later comes again after five seconds');
select tests.pass('5 seconds');
select tests.claim_all(:'portal') \g /dev/null
select messaging.settle_notices(jsonb_build_array(tests.ends(:'c', 'later', '{"detail": {"notified": true}}'))) \g /dev/null
select is(tests.waits(:'c'), '10 seconds', 'then after ten');
select is((select detail from messaging.notice), '{"notified": true}', 'what was done already is remembered');
update messaging.notice set tries = 200;
select messaging.settle_notices(jsonb_build_array(tests.ends(:'c', 'later'))) \g /dev/null
select is(tests.waits(:'c'), '1 hour', 'at most an hour');
select messaging.settle_notices(jsonb_build_array(tests.ends(:'c', 'later', '{"after_s": 30}'))) \g /dev/null
select is(tests.waits(:'c'), '30 seconds', 'or when the other side says');
select tests.ends(:'c', 'told') as stale \gset
select tests.pass('30 seconds');
select tests.claim_all(:'portal') \g /dev/null
select is(messaging.settle_notices(jsonb_build_array(:'stale'::jsonb, :'stale'::jsonb || '{"outcome": "later"}')), 0, 'one that was claimed again meanwhile is left to its new teller');
select is(messaging.settle_notices(jsonb_build_array(tests.ends(:'c', 'perhaps'))), 0, 'an outcome that does not exist settles nothing');
select tests.pass('7 days');
select messaging.settle_notices(jsonb_build_array(tests.ends(:'c', 'later'))) \g /dev/null
select is((select count(*) from messaging.notice), 0::bigint, 'after a week it is given up');
select is(tests.refusal('select messaging.settle_notices(null)'), 'WB400 malformed_call', 'a call that is no array is refused');
select * from finish();
rollback;
