-- requirement: R2.1-c, R2.2-e, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal', '1', '5215550001111') as sales \gset
select tests.create_channel(:'portal', '2', '5215550002222') as support \gset
create function tests.breaks(p_portal_id uuid, p_channel_id uuid, p_reason text) returns int language sql as $$
  select messaging.quarantine(jsonb_build_array(jsonb_build_object('portal_id', p_portal_id, 'channel_id', p_channel_id, 'door', 'gupshup',
    'reason', p_reason, 'item', '{"text": "secreto"}'::jsonb, 'raw', 1)), array['bytes']::bytea[])
$$;
select tests.breaks(:'portal', :'sales', 'first') \g /dev/null
select tests.pass('1 second');
select tests.breaks(:'portal', :'support', 'second') \g /dev/null
select tests.pass('1 second');
select tests.breaks(:'portal', null, 'third') \g /dev/null
create function tests.sees(p_portal_id uuid, p_user_id text) returns text language sql as $$
  select string_agg(reason || case when body is not null and item is not null then ' whole' else '' end, ', ')
    from messaging.quarantined_items(p_portal_id, p_user_id)
$$;

select is(tests.sees(:'portal', '1'), 'third whole, second whole, first whole', 'an administrator sees all of it, newest first, with the bytes as they came');
select is((select string_agg(at::text, ' ') from messaging.quarantined_items(:'portal', '1', 1)), '2026-11-22 12:00:02+00', 'at most as many as asked for, with the instant');
select is(tests.refusal(format('select * from messaging.quarantined_items(%L, ''7'')', :'portal')), 'WB403 permission', 'an agent sees nothing');
insert into tenancy.membership (portal_id, membership_id, user_id, channel_id, role, changed_at)
values (:'portal', tenancy.new_id(), '8', null, 'auditor', tenancy.now()),
       (:'portal', tenancy.new_id(), '9', :'sales', 'channel_admin', tenancy.now()),
       (:'portal', tenancy.new_id(), '8', :'support', 'agent', tenancy.now());
select is(tests.sees(:'portal', '8'), 'third, first', 'an auditor sees that it is there, but neither its words nor channels on which he is an agent only');
select is(tests.sees(:'portal', '9'), 'first whole', 'who administers one channel sees what is that channel''s');
update messaging.quarantined set resolved_at = tenancy.now(), resolved_by = '1' where reason = 'first';
select is(tests.sees(:'portal', '1'), 'third whole, second whole', 'what is resolved is gone');
select tests.create_portal('bbbb') as other \gset
select is(tests.sees(:'other', '1'), null, 'another portal has none of it');
select is(tests.refusal_detail(format('select * from messaging.quarantined_items(%L, ''7'')', :'portal')) ->> 'permission', 'log.view.meta', 'the refusal names the right that is missing');
select * from finish();
rollback;
