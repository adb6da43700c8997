-- requirement: R2.5-d, R2.4-c
begin;
select plan(15);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
select tests.create_portal('b223') as other_portal \gset
select tests.create_channel(:'other_portal') as foreign_channel \gset
select tests.customer_writes(:'portal', :'ventas') as hello \gset
select tests.claimed(:'portal', 'in');
select tests.settled(:'portal', :'hello', 'accepted', '{"chat_id": "1807"}');
select tests.submitted(:'portal') as message \gset

select tenancy.uninstall_portal(:'portal');
select is((select row(state, uninstalled_at) from tenancy.portal where portal_id = :'portal'), row('uninstalled'::text, tenancy.now()), 'the portal has left');
select is(tests.refusal(format('select tenancy.current_token(%L)', :'portal')), 'WB409 no_token', 'its tokens are void');
select is_empty(format('select tests.claimed(%L)', :'portal'), 'its queue stands still');
select is(tests.state_of(:'portal', :'message'), 'queued', 'and loses nothing');
select results_eq(
  format('select state, state_reason from tenancy.channel where portal_id = %L', :'portal'),
  $$values ('disconnected', 'portal_uninstalled'), ('disconnected', 'portal_uninstalled')$$, 'its channels are disconnected and say why');
select set_eq(
  'select channel_id, desired from tenancy.claim_checks() where state = ''disconnected''',
  format($$values (%L::uuid, 'disconnected'), (%L, 'disconnected')$$, :'ventas', :'soporte'), 'the worker is to take them off at Gupshup');
select is((select erase_at from tenancy.portal where portal_id = :'portal'), null, 'its data is kept');
select is((select state from tenancy.channel where channel_id = :'foreign_channel'), 'active', 'other portals notice nothing');
select ok(tests.is_conserved(), 'nothing is lost');

-- Again, and with the wish to erase
select tests.pass('1 hour');
select tenancy.uninstall_portal(:'portal', true);
select is(
  (select row(uninstalled_at, erase_at) from tenancy.portal where portal_id = :'portal'),
  row('2026-11-22 12:00+00'::timestamptz, tenancy.now() + interval '30 days'), 'with the wish to erase, its data is due in 30 days');
select tests.pass('1 day');
select tenancy.uninstall_portal(:'portal', true);
select tenancy.uninstall_portal(:'portal');
select is(
  (select row(uninstalled_at, erase_at) from tenancy.portal where portal_id = :'portal'),
  row('2026-11-22 12:00+00'::timestamptz, '2026-12-22 13:00+00'::timestamptz), 'a repeated event neither delays nor withdraws it');
select is((select broken_at from tenancy.portal_token where portal_id = :'portal'), '2026-11-22 12:00+00'::timestamptz, 'nor changes what happened');
select is((select count(*) from tenancy.channel_history where event = 'disconnect'), 2::bigint, 'each channel was disconnected once');

select is(tests.refusal('select tenancy.uninstall_portal(gen_random_uuid())'), 'WB404 unknown_portal', 'an unknown portal is refused');
select function_privs_are(
  'tenancy', 'uninstall_portal', array['uuid', 'boolean'], 'whatsappb24_worker', array[]::text[], 'only the event door uninstalls');
select * from finish();
rollback;
