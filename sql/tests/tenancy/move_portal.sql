-- requirement: R2.2-a, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('b223') as other_portal \gset
update tenancy.portal set repair_at = 'infinity';

select tenancy.move_portal(:'portal', 'https://renamed.example/rest/');
select is((select client_endpoint from tenancy.current_token(:'portal')), 'https://renamed.example/rest/', 'the next call goes to the new address');
select is((select domain from tenancy.portal_overview(:'portal')), 'renamed.example', 'its name follows');
select set_eq('select portal_id from tenancy.claim_repairs()', array[:'portal'::uuid], 'and the portal is compared with its desired state');
select is((select client_endpoint from tenancy.current_token(:'other_portal')), 'https://p1.example/rest/', 'nobody else moves');
select is(
  tests.refusal(format('select tenancy.move_portal(%L, ''/rest/'')', :'portal')), 'WB400 malformed_item', 'what is no address is refused');
select is(
  tests.refusal('select tenancy.move_portal(gen_random_uuid(), ''https://renamed.example/rest/'')'), 'WB404 unknown_portal',
  'an unknown portal is refused');
select * from finish();
rollback;
