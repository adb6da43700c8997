-- requirement: R1, R2.1-d, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tenancy.change_channel(:'portal', :'channel', 'problem', '131031');
select results_eq(
  'select portal_id, channel_id, user_id, state, reason, reason_party, channel_name, phone, language, who_acts from tenancy.claim_channel_notices()',
  format($$values (%L::uuid, %L::uuid, '1', 'attention', '131031', 'gupshup', 'Ventas 1', '5215550001111', 'es', 'administrator')$$, :'portal', :'channel'),
  'a notice with all that is said in it, in the portal''s language');
select is_empty('select from tenancy.claim_channel_notices()', 'it is given to one worker');
select tests.pass('1 minute');
select is((select token from tenancy.claim_channel_notices()), 2::bigint, 'for a minute; one that died is succeeded');
select tests.pass('1 minute');
update tenancy.portal set state = 'needs_reauth';
select is_empty('select from tenancy.claim_channel_notices()', 'a portal that cannot be told is not asked for');
update tenancy.portal set state = 'installed';
select tests.pass('1 day');
select is_empty('select from tenancy.claim_channel_notices()', 'after a day it is no news any more');
select is_empty('select from tenancy.channel_notice', 'and forgotten');

select tests.pass('1 minute');
select tenancy.change_channel(:'portal', :'channel', 'connected');
select is((select state from tenancy.claim_channel_notices()), 'active', 'that it works again is claimed the same way');
select tenancy.change_channel(:'portal', :'channel', 'problem', 'no_token');
select is((select reason_party from tenancy.claim_channel_notices()), 'ours', 'a reason of ours is named as ours');
select is_empty('select from tenancy.claim_channel_notices(0)', 'no more than asked for');
select * from finish();
rollback;
