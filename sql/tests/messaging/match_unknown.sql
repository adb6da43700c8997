-- requirement: R2.2-a, R2.4-c
begin;
select plan(20);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as hello \gset
create function tests.lost(p_portal_id uuid, p_key text, p_chat_key text default '5215551234567') returns uuid language plpgsql as $$
declare v_message uuid := tests.submitted(p_portal_id, 'hola', p_key, p_chat_key => p_chat_key);
begin
  perform tests.claimed(p_portal_id);
  perform tests.settled(p_portal_id, v_message, 'unknown', '{"code": "timeout"}');
  return v_message;
end $$;
create function tests.parks(p_portal_id uuid, p_channel_id uuid, p_gs text) returns void language sql as $$
  select tests.receipt(p_portal_id, p_channel_id, 'sent', jsonb_build_object('gs', p_gs))
$$;

-- the one it can mean
select tests.lost(:'portal', '101') as one \gset
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'no receipt, no evidence');
select tests.parks(:'portal', :'channel', 'gs-1');
select is(messaging.match_unknown(:'portal', :'channel', '5215550000000'), null, 'another destination''s receipts say nothing of it');
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), :'one'::uuid, 'the only unknown send to this destination is settled by the only message the receipts name');
select is(tests.state_of(:'portal', :'one'), 'sent', 'it climbs');
select is((select outcome || ' ' || (detail ->> 'settled_by') from messaging.attempt where message_id = :'one'), 'accepted receipt', 'its attempt says by what it was settled');
select is((select state from billing.charge where message_id = :'one'), 'captured', 'it is charged');
select ok((select blocked_until is null from messaging.lane where direction = 'out'), 'and its lane no longer waits');

-- whatever the receipts say, the other side has it
select tests.lost(:'portal', '150') as deleted \gset
select tests.receipt(:'portal', :'channel', 'deleted', '{"gs": "gs-150"}') \g /dev/null
select messaging.match_unknown(:'portal', :'channel', '5215551234567') \g /dev/null
select is(tests.state_of(:'portal', :'deleted'), 'submitted', 'a receipt that moves nothing still shows that the message arrived');
select tests.lost(:'portal', '151') as failed \gset
select tests.receipt(:'portal', :'channel', 'failed', '{"gs": "gs-151"}', '{"code": "131047"}') \g /dev/null
select messaging.match_unknown(:'portal', :'channel', '5215551234567') \g /dev/null
select is(tests.state_of(:'portal', :'failed'), 'failed', 'and one that says it failed is believed');

-- two could be meant: nothing is guessed
select tests.lost(:'portal', '102') as two \gset
select tests.parks(:'portal', :'channel', 'gs-2'), tests.parks(:'portal', :'channel', 'gs-3');
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'receipts that name two messages settle nothing');
delete from messaging.parked_receipt where gs_key = 'gs-3';
select tests.pass('61 seconds');
select messaging.unblock_lanes() \g /dev/null
select tests.submitted(:'portal', 'tres', '103') as three \gset
select tests.claimed(:'portal') \g /dev/null
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'while another attempt is on the wire, nothing is settled');
select tests.settled(:'portal', :'three', 'unknown') \g /dev/null
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'nor when both are unknown');
select is(tests.state_of(:'portal', :'two') || ' ' || tests.state_of(:'portal', :'three'), 'unknown unknown', 'both stay so');
select tests.settled(:'portal', :'two', 'failed', '{"code": "1002"}') \g /dev/null
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'nor by a receipt that came before the send began');

-- an older unknown send keeps a newer one from being taken for it
delete from messaging.parked_receipt;
select tests.pass('11 minutes');
select messaging.unblock_lanes() \g /dev/null
select tests.lost(:'portal', '104') as four \gset
select tests.parks(:'portal', :'channel', 'gs-4');
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'the receipt may be that of the older one, still unknown');
select messaging.resolve_unknown(:'portal', :'three', 'drop', '1') \g /dev/null
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), :'four'::uuid, 'once a person has resolved the older one it can only be the newer');

-- too late
select tests.lost(:'portal', '105') as five \gset
select tests.pass('10 minutes 1 second');
select tests.parks(:'portal', :'channel', 'gs-5');
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'a receipt more than ten minutes after the send settles nothing');
select is(tests.state_of(:'portal', :'five'), 'unknown', 'it stays unknown, and says so');

-- an id that is another message's is nobody else's evidence
select messaging.resolve_unknown(:'portal', :'five', 'drop', '1') \g /dev/null
delete from messaging.parked_receipt;
select tests.lost(:'portal', '106') as six \gset
select tests.parks(:'portal', :'channel', 'gs-6');
insert into messaging.alias (portal_id, kind, key, message_id, created_at) values (:'portal', 'gs', 'gs-6', :'one', tenancy.now());
select is(messaging.match_unknown(:'portal', :'channel', '5215551234567'), null, 'a receipt whose message became known meanwhile is left to it');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
