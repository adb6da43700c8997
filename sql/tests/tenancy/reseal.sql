-- requirement: R2.4-d, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset

select is(
  tenancy.reseal((select jsonb_agg(jsonb_build_object('ref', ref, 'old', encode(sealed, 'hex'), 'new', encode(sealed || '\x02', 'hex'))) from tenancy.sealed_after('', 100))),
  4, 'every value is replaced');
select is(
  (select row(access_sealed, refresh_sealed, version) from tenancy.current_token(:'portal')), row('\xaa02'::bytea, '\xbb02'::bytea, 1::bigint),
  'a token stays the token it was: nobody refreshes because of a rotation');
select is((select row(key_sealed, secrets_sealed) from tenancy.channel), row('\xaa02'::bytea, '\xbb02'::bytea), 'and a channel''s secrets theirs');

select tenancy.save_token(:'portal', '1', '{"access": "a2", "refresh": "b2", "expires_at": "2026-11-22 13:00+00"}', true);
select is(
  tenancy.reseal(jsonb_build_array(
    jsonb_build_object('ref', 'token/' || :'portal' || '/1/access', 'old', 'aa02', 'new', 'aa03'),
    jsonb_build_object('ref', 'channel/' || :'portal' || '/' || :'channel' || '/key', 'old', 'aa02', 'new', 'aa03'))),
  1, 'a value that changed since it was read is left alone, and its siblings are not');
select is((select access_sealed from tenancy.current_token(:'portal')), '\xa2'::bytea, 'the newer token is not overwritten by the older one');
select tests.robot(:'portal', tenancy.new_id()) \g /dev/null
select is(
  tenancy.reseal((select jsonb_agg(jsonb_build_object('ref', ref, 'old', 'aa', 'new', 'aa02')) from tenancy.sealed_after('', 100) where ref like 'automation/%')),
  1, 'what answers a workflow that waits is replaced as well');
select is((select answer_sealed from messaging.automation), '\xaa02'::bytea, 'so that it can be answered after a rotation');
select ok(
  not has_function_privilege('whatsappb24_api', 'tenancy.reseal(jsonb)', 'execute')
  and not has_function_privilege('whatsappb24_worker', 'tenancy.reseal(jsonb)', 'execute'), 'no service may replace them');
select * from finish();
rollback;
