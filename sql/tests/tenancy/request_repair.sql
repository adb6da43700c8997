-- requirement: R2.5-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select repair_token from tenancy.claim_repairs() \gset
select tenancy.settle_repair(:'portal', :repair_token, '{}');

select is_empty('select from tenancy.claim_repairs()', 'a portal that was just looked at is left in peace');
select tenancy.request_repair(:'portal');
select set_eq('select portal_id from tenancy.claim_repairs()', array[:'portal'::uuid], 'until somebody asks for it');

select tests.pass('1 second');
select tenancy.request_repair(:'portal');
select is_empty('select from tenancy.claim_repairs()', 'while one is under way no other begins beside it');
select tests.pass('1 minute');
select tenancy.request_repair(:'portal');
select is((select repair_at from tenancy.portal), '2026-11-22 12:00:01+00'::timestamptz, 'asking again does not put it off');

update tenancy.portal set state = 'needs_reauth', repair_at = 'infinity';
select tenancy.request_repair(:'portal');
select is((select repair_at from tenancy.portal), 'infinity'::timestamptz, 'a portal without a token can not be looked at');
select lives_ok('select tenancy.request_repair(gen_random_uuid())', 'an unknown portal is not worth an error');
select function_privs_are('tenancy', 'request_repair', array['uuid'], 'whatsappb24_api', array['EXECUTE'], 'the frame may ask');
select * from finish();
rollback;
