-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('a223') as portal \gset
select tests.create_portal('b223') as other_portal \gset

select results_eq(
  $$select portal_id, state, connector from tenancy.authenticate_event('a223', sha256('a223'))$$,
  format($$values (%L::uuid, 'installed', 'wab24')$$, :'portal'), 'the right token says which portal speaks');
select is(
  tests.refusal($$select tenancy.authenticate_event('a223', sha256('b223'))$$), 'WB403 application_token',
  'another portal''s token is refused');
select is(
  tests.refusal($$select tenancy.authenticate_event('a223', null)$$), 'WB403 application_token', 'an event without a token is refused');
select is(
  tests.refusal($$select tenancy.authenticate_event('c223', sha256('c223'))$$), 'WB404 unknown_portal', 'an unknown portal is refused');
select is(
  tests.refusal_detail(format('select tenancy.authenticate_event(%L, null)', repeat('x', 1000))) ->> 'member_id',
  repeat('x', 64), 'and only the beginning of what it called itself is repeated');

-- A portal may be known before it gave us its application token.
select tenancy.install_portal('{"member_id": "d223", "domain": "p4.example", "client_endpoint": "https://p4.example/rest/",
  "server_endpoint": "https://oauth.example/rest/", "connector": "wab24"}');
select is(
  tests.refusal($$select tenancy.authenticate_event('d223', null)$$), 'WB403 application_token',
  'while no token is stored no event is believed, not even one without a token');
select is(
  tests.refusal($$select tenancy.authenticate_event('d223', sha256('d223'))$$), 'WB403 application_token', 'nor one with any token');

select tenancy.uninstall_portal(:'portal');
select is(
  (select state from tenancy.authenticate_event('a223', sha256('a223'))), 'uninstalled',
  'an uninstalled portal is still recognised, and its state is told');
select * from finish();
rollback;
