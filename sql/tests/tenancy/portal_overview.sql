-- requirement: R2.1-d, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223');
select repair_token from tenancy.claim_repairs() where portal_id = :'portal' \gset

select is(
  (select row(member_id, domain, state, language, time_zone, connector, installed_at) from tenancy.portal_overview(:'portal')),
  row('a223c6b3710f85df22e9377d6c4f7553'::text, 'p1.example'::text, 'installed'::text, 'es'::text, 'America/Bogota'::text, 'wab24'::text, tenancy.now()),
  'the portal as its panel shows it');
select tenancy.settle_repair(:'portal', :repair_token, '{"lines": 0}', 'insufficient_scope');
select is(
  (select row(repaired_at, repair_failures, repair_report) from tenancy.portal_overview(:'portal')),
  row(null::timestamptz, 1, '{"lines": 0, "failure": "insufficient_scope"}'::jsonb), 'with what its last set-up came to');
select tenancy.break_token(:'portal', '1', 'invalid_grant');
select is(
  (select row(state, state_reason) from tenancy.portal_overview(:'portal')), row('needs_reauth'::text, 'invalid_grant'::text),
  'and what it waits for');
select tenancy.configure_portal(:'portal', '1', '{"connector_name": "WhatsApp Acme"}');
select is(
  (select row(connector_name, notify) from tenancy.portal_overview(:'portal')), row('WhatsApp Acme'::text, array['1']), 'with its settings');
select is(
  (select row(user_name, is_admin, 'portal.configure' = any (may), 'channel.view' = any (may)) from tenancy.portal_overview(:'portal', '1')),
  row('Ana Admin'::text, true, true, false), 'who looks at it, and what he may do with the whole of it');
select is(
  (select row(user_name, is_admin, may) from tenancy.portal_overview(:'portal', '77')), row(''::text, false, '{}'::text[]),
  'a stranger may nothing portal-wide');
select is_empty('select tenancy.portal_overview(gen_random_uuid())', 'an unknown portal has none');
select * from finish();
rollback;
