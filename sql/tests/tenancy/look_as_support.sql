-- requirement: R2.1-c, R2.3-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as message \gset
select tests.create_staff('rita@provider.example', 'support') as staff \gset
create function pg_temp.looks(p_portal uuid) returns text language sql as $$
  select tests.refusal(format('select tenancy.look_as_support(%L, %L, ''messages'')', p_portal, (select staff_id from tenancy.staff)))
$$;
select is(pg_temp.looks(:'portal'), 'WB403 support_grant', 'without a grant support sees nothing');
select is((select count(*) from tenancy.support_look), 0::bigint, 'and there was no look');
select tenancy.grant_support(:'portal', '1', 'Motivo', tenancy.now() + interval '1 hour') as short \gset
select tenancy.grant_support(:'portal', '1', 'Motivo', tenancy.now() + interval '1 day') as long \gset
select is(pg_temp.looks(:'other'), 'WB403 support_grant', 'a grant opens no other portal');
select tenancy.look_as_support(:'portal', :'staff', 'message', repeat('x', 300)) as support \gset
select is(:'support', 'support:' || :'long', 'he is the grant that holds longest');
select results_eq('select staff_id, grant_id, kind, length(subject), looked_at from tenancy.support_look',
  format('values (%L::uuid, %L::uuid, ''message'', 200, ''2026-11-22 12:00+00''::timestamptz)', :'staff', :'long'), 'the look is kept: who, under which grant, at what');
select is((select text from messaging.read_message(:'portal', :'support', :'message')), 'Hola', 'he reads');
select is((select count(*) from messaging.find_messages(:'portal', :'support')), 1::bigint, 'and finds');
select set_eq($$select scope from tenancy.support_grant, unnest(scopes) scope where scope not in (select permission from tenancy.permission) or scope ~ 'write|start|take|configure|replay|manage|roles|keys'$$, '{}'::text[], 'nothing that he may changes anything');
select ok(not tenancy.allows(:'portal', :'support', 'conversation.write.own', :'channel'), 'he does not write');
select is(tests.refusal(format('select messaging.read_message(%L, %L, %L)', :'other', :'support', :'message')), 'WB404 unknown_message', 'what he is here is nothing elsewhere');
select is(tenancy.scopes_of(:'other', :'support'), '{}'::text[], 'the actor of one portal may nothing at another');
select tests.pass('1 day');
select is(pg_temp.looks(:'portal'), 'WB403 support_grant', 'at its end it is over');
select ok(not tenancy.allows(:'portal', :'support', 'conversation.read.all', :'channel'), 'also for who is in already');
select * from finish();
rollback;
