-- requirement: R2.2-a, R2.4-c
begin;
select plan(16);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.pair(p_more jsonb default '{}') returns jsonb language sql as $$
  select '{"access": "a2", "refresh": "b2", "expires_at": "2026-11-22 13:00+00"}'::jsonb || p_more
$$;
create function pg_temp.tried(p_portal uuid, p_user text default '1', p_more jsonb default '{}') returns text language sql as $$
  select tests.refusal(format('select tenancy.save_token(%L, %L, %L, true)', p_portal, p_user, pg_temp.pair(p_more)))
$$;

select is(pg_temp.tried(gen_random_uuid()), 'WB404 unknown_portal', 'a portal that never installed us has no tokens');
select is(pg_temp.tried(:'portal', 'ana'), 'WB400 malformed_item', 'a user id is Bitrix24''s number');
select is(pg_temp.tried(:'portal', '1', '{"access": "a plain token"}'), 'WB400 malformed_item', 'an unsealed token is refused');
select is(
  strpos(tests.refusal_detail(format('select tenancy.save_token(%L, ''1'', %L)', :'portal', pg_temp.pair('{"refresh": "s3cret"}')))::text, 's3cret'),
  0, 'and not repeated in the refusal');
select is(pg_temp.tried(:'portal', '1', '{"expires_at": "soon"}'), 'WB400 malformed_item', 'so is one that expires at no instant');
select is(pg_temp.tried(:'portal', '1', '{"refresh": null}'), 'WB400 malformed_item', 'or without its other half');
select is((select version from tenancy.current_token(:'portal')), 1::bigint, 'nothing of it was stored');

select tenancy.save_token(:'portal', '1', pg_temp.pair(), true);
select is((select row(access_sealed, version) from tenancy.current_token(:'portal')), row('\xa2'::bytea, 2::bigint), 'a new pair is the next version');

-- A frame brings a pair while somebody refreshes the old one
select lease_token as lease from tenancy.lease_refresh(:'portal', '1', 2) \gset
select tenancy.save_token(:'portal', '1', pg_temp.pair('{"access": "a3"}'), true);
select tenancy.settle_refresh(:'portal', '1', :lease, p_failure => 'invalid_grant');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa3'::bytea, 'the failure of the old one does not break the new one');

-- Healing
select tenancy.break_token(:'portal', '1', 'invalid_grant');
select tenancy.save_token(:'portal', '7', pg_temp.pair());
select is((select state from tenancy.portal), 'needs_reauth', 'an ordinary user''s token does not help a portal that waits for an administrator');
select tenancy.save_token(:'portal', '1', pg_temp.pair('{"access": "a4"}'), true);
select is((select state from tenancy.portal), 'installed', 'an administrator''s does');
select is((select broken_at from tenancy.portal_token where user_id = '1'), null, 'his broken token is whole again');
select tenancy.break_token(:'portal', '1', 'invalid_grant');
select tenancy.save_token(:'portal', '90', pg_temp.pair(), false, true);
select is((select state from tenancy.portal), 'installed', 'and so does the system user''s');
select tenancy.save_token(:'portal', '90', pg_temp.pair());
select ok((select is_system from tenancy.portal_token where user_id = '90'), 'who stays the system user when his token comes another way');

select tenancy.uninstall_portal(:'portal');
select is(pg_temp.tried(:'portal'), 'WB409 portal_state', 'a late event does not bring tokens to an uninstalled portal');
select function_privs_are(
  'tenancy', 'save_token', array['uuid', 'text', 'jsonb', 'boolean', 'boolean'], 'whatsappb24_worker', array[]::text[],
  'only the door that verified a frame or event stores tokens');
select * from finish();
rollback;
