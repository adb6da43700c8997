-- requirement: R2.2-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select sha256((:'portal' || '1')::bytea) as route \gset

select results_eq(
  format('select portal_id, channel_id from tenancy.route_webhook(%L, sha256(''header''))', :'route'),
  format('values (%L::uuid, %L::uuid)', :'portal', :'channel'), 'path and header name the channel');
select is(
  tests.refusal($$select tenancy.route_webhook(sha256('guess'), sha256('header'))$$), 'WB404 unknown_route', 'a guessed path leads nowhere');
select is(
  tests.refusal(format('select tenancy.route_webhook(%L, sha256(''other''))', :'route')), 'WB403 route_header',
  'the right path with another header is refused');
select is(
  tests.refusal(format('select tenancy.route_webhook(%L, null)', :'route')), 'WB403 route_header', 'and so is one without a header');
select is(
  tests.refusal_detail(format('select tenancy.route_webhook(%L, null)', :'route')) - 'message',
  jsonb_build_object('sqlstate', 'WB403', 'reason', 'route_header', 'portal_id', :'portal', 'channel_id', :'channel'),
  'the detail names the channel, for the log, and no secret');

-- What arrives is stored in every state but removed.
select tenancy.change_channel(:'portal', :'channel', 'suspend');
select is(
  (select channel_id from tenancy.route_webhook(:'route', sha256('header'))), :'channel'::uuid, 'a suspended channel still receives');
select tenancy.uninstall_portal(:'portal');
select is(
  (select channel_id from tenancy.route_webhook(:'route', sha256('header'))), :'channel'::uuid,
  'so does a disconnected one of a portal that left');
select tenancy.change_channel(:'portal', :'channel', 'remove');
select is(
  tests.refusal(format('select tenancy.route_webhook(%L, sha256(''header''))', :'route')), 'WB404 unknown_route', 'a removed one is gone');
select * from finish();
rollback;
