-- requirement: R2.1-d, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.known(p_what text, p_payload jsonb) returns jsonb language sql as $$
  select tenancy.note_account_event(portal_id, channel_id, p_what, p_payload) from tenancy.channel;
  select coalesce(jsonb_object_agg(f.fact, coalesce(f.value -> 'text', f.value)), '{}') from tenancy.channel_fact f
$$;

select is(pg_temp.known('tier-event', '{"event": "UPGRADE", "oldLimit": "TIER_1K", "newTier": "TIER_10K"}'), '{"messaging_limit": "TIER_10K"}', 'a new tier is known at once');
select is(pg_temp.known('tier-event', '{"event": "DOWNGRADE", "currentLimit": "TIER_250"}'), '{"messaging_limit": "TIER_250"}', 'by either spelling of its key');
select is(pg_temp.known('tier-event', '{"event": "FLAGGED", "newTier": "TIER_250", "phoneQuality": "RED"}') ->> 'quality', 'RED', 'and the quality where it is told');
select is(pg_temp.known('pndn-event', '{"displayName": "Acme"}') ->> 'display_name', 'Acme', 'a display name');
select is(pg_temp.known('status-event', '{"status": "ACCOUNT_RESTRICTED", "reason": "spam"}') -> 'account_status', '{"account": "ACCOUNT_RESTRICTED", "error": "spam"}', 'the account''s status with its reason');
select is(pg_temp.known('status-event', '{"status": "ACCOUNT_VERIFIED"}') -> 'account_status', '{"account": "ACTIVE"}', 'a verified account is active');
create temporary table before as select pg_temp.known('no', '{}') as facts;
select is(pg_temp.known('tier-event', '{"newTier": "drop table"}'), (select facts from before), 'what is not understood changes nothing');
select messaging.record_events(jsonb_build_array(jsonb_build_object('portal_id', :'portal', 'channel_id', :'channel', 'fact', 'account',
  'what', 'tier-event', 'payload', jsonb_build_object('newTier', 'UNLIMITED'))));
select is(pg_temp.known('no', '{}') ->> 'messaging_limit', 'UNLIMITED', 'events that Gupshup sends come here');
select * from finish();
rollback;
