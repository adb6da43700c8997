-- requirement: R2.2-a, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset

-- an operator message of two parts, both sent
select message_id as part_one from tests.operator_writes(:'portal', 'parte', '101', p_parts => 2) as s(item int, part int, outcome text, reason text, detail jsonb, message_id uuid) where part = 1 \gset
select tests.claimed(:'portal') as one \gset
select tests.settled(:'portal', :'one', 'accepted', '{"keys": {"gs": "gs-zz"}}') \g /dev/null
select tests.claimed(:'portal') as two \gset
select tests.settled(:'portal', :'two', 'accepted', '{"keys": {"gs": "gs-aa"}}') \g /dev/null
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-zz"}') \g /dev/null
select is_empty(format('select * from messaging.claim_notices(array[%L]::uuid[])', :'portal'), 'half an operator message is not told');
select tests.receipt(:'portal', :'channel', 'sent', '{"gs": "gs-aa"}') \g /dev/null
set local role whatsappb24_worker;
select notice_id, kind, message_id, keys, author, chat_key, connector, line_id, contact_name, payload ->> 'portal_message_id' as of_message, token, tries
  from messaging.claim_notices(array[:'portal'::uuid]) \gset
reset role;
select is(:'kind'::text, 'tick', 'all of it is: the portal gets its tick');
select is(:'message_id'::text, :'part_one', 'for the operator''s message');
select is(:'keys'::text, '["gs-zz", "gs-aa"]', 'with the ids of its parts in their order');
select is(concat_ws(' ', :'author', :'chat_key', :'connector', :'line_id', :'contact_name', :'of_message'), '7 5215551234567 wab24 1 Carla 101',
  'and all that the teller needs');
select is(concat_ws(' ', :'token', :'tries'), '1 1', 'under a token of its own');

-- a lease of a minute
select is_empty(format('select * from messaging.claim_notices(array[%L]::uuid[])', :'portal'), 'for a minute nobody else tells it');
select tests.pass('1 minute');
select is((select token || ' ' || tries from messaging.claim_notices(array[:'portal']::uuid[])), '2 2', 'then, without a word, it is told again');
select messaging.settle_notices(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'notice_id', :'notice_id', 'token', 2, 'outcome', 'told'))) \g /dev/null

-- the question about a lost delivery
select tests.claimed(:'portal', 'in') \g /dev/null
select tests.settled(:'portal', :'hello', 'unknown') \g /dev/null
select is_empty(format('select * from messaging.claim_notices(array[%L]::uuid[])', :'portal'), 'the portal is given a moment before it is asked');
select tests.pass('5 seconds');
select is((select kind || ' ' || direction || ' ' || state || ' ' || jsonb_array_length(keys) from messaging.claim_notices(array[:'portal']::uuid[])),
  'verify in unknown 1', 'the question carries the id to look for');

-- fairness and rest
select tests.pass('1 minute');
select is_empty(format('select * from messaging.claim_notices(array[%L]::uuid[], p_each => 0)', :'portal'), 'p_each bounds what one portal gets');
update tenancy.portal set state = 'needs_reauth';
select is_empty(format('select * from messaging.claim_notices(array[%L]::uuid[])', :'portal'), 'a portal that is not installed is not spoken to');
select * from finish();
rollback;
