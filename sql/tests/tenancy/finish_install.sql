-- requirement: R2.5-d, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
select tests.create_channel(:'portal', '3', '5215550003333') as cobros \gset

select is((select row(state, installed_at) from tenancy.portal), row('installed'::text, tenancy.now()), 'the portal is installed from now on');
select tests.pass('1 hour');
select tenancy.finish_install(:'portal');
select is((select installed_at from tenancy.portal), '2026-11-22 12:00+00'::timestamptz, 'finishing twice is finishing once');
select is((select repair_at from tenancy.portal), tenancy.now(), 'though the portal is looked at again');

-- What arrived before the installation was finished
update tenancy.portal set state = 'installing';
select tests.customer_writes(:'portal', :'ventas') as hello \gset
select is_empty(format('select tests.claimed(%L, ''in'')', :'portal'), 'while it is being installed nothing is handed over');
select tenancy.finish_install(:'portal');
select set_eq(format('select tests.claimed(%L, ''in'')', :'portal'), array[:'hello'::uuid], 'then what waited is');

-- Uninstalled and installed again
select tenancy.change_channel(:'portal', :'cobros', 'disconnect', 'moving', '1');
select tenancy.uninstall_portal(:'portal');
select is(
  tests.refusal(format('select tenancy.finish_install(%L)', :'portal')), 'WB409 portal_state',
  'an installer''s page that was left open does not install again');
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "p1.example", "client_endpoint": "https://p1.example/rest/",
  "server_endpoint": "https://oauth.example/rest/", "connector": "wab24"}');
select tests.create_channel(:'portal', '9', '5215550002222') as newcomer \gset
select tenancy.finish_install(:'portal');
select is((select state from tenancy.portal), 'installed', 'a new installation does');
select is((select state from tenancy.channel where channel_id = :'ventas'), 'connecting', 'the channels that the uninstallation took come back');
select is((select state from tenancy.channel where channel_id = :'soporte'), 'disconnected', 'unless their number is taken meanwhile');
select is((select state from tenancy.channel where channel_id = :'cobros'), 'disconnected', 'what a person disconnected stays disconnected');

update tenancy.portal set state = 'suspended', state_reason = 'abuse';
select tenancy.finish_install(:'portal');
select is((select state from tenancy.portal), 'suspended', 'a portal that we suspended stays suspended');
update tenancy.portal set state = 'needs_reauth', state_reason = 'invalid_grant';
select tenancy.finish_install(:'portal');
select is((select row(state, state_reason) from tenancy.portal), row('installed'::text, null::text), 'one that waited for an administrator has met him');
select is(tests.refusal('select tenancy.finish_install(gen_random_uuid())'), 'WB404 unknown_portal', 'an unknown portal is refused');
select * from finish();
rollback;
