-- requirement: R2.5-a, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
select tests.create_channel(:'portal', '3', '5215550003333') as cobros \gset
select tenancy.change_channel(:'portal', :'soporte', 'suspend', 'renewal');
select tenancy.change_channel(:'portal', :'cobros', 'disconnect');

select results_eq(
  'select portal_id, state, connector, language, repair_token, jsonb_path_query_array(lines, ''$.line_id'') from tenancy.claim_repairs()',
  format($$values (%L::uuid, 'installed', 'wab24', 'es', 1::bigint, '["1", "2"]'::jsonb)$$, :'portal'),
  'a due portal with its desired state: a line for each channel that shall be connected, suspended or not');
select is_empty('select from tenancy.claim_repairs()', 'it is given to one worker');
select tests.pass('119 seconds');
select is_empty('select from tenancy.claim_repairs()', 'for two minutes');
select tests.pass('1 second');
select is((select repair_token from tenancy.claim_repairs()), 2::bigint, 'a worker that died is succeeded, under a new token');

-- Whose turn it is
select tests.pass('1 minute');
select tests.create_portal('b223') as second \gset
select tests.pass('90 seconds');
select tests.create_portal('c223') as third \gset
select is((select portal_id from tenancy.claim_repairs(1)), :'second'::uuid, 'the longest due first');
select results_eq('select portal_id from tenancy.claim_repairs(1)', array[:'portal'::uuid], 'no more than asked for');
select is((select lines from tenancy.claim_repairs(1)), '[]'::jsonb, 'a portal without channels has no lines');

select tests.pass('1 hour');
select tenancy.uninstall_portal(:'portal'), tenancy.break_token(:'second', '1', 'invalid_grant');
update tenancy.portal set state = 'suspended' where portal_id = :'third';
select is_empty('select from tenancy.claim_repairs()', 'nobody knocks at a portal that left, waits for an administrator or is suspended');
update tenancy.portal set state = 'installing' where portal_id = :'third';
select set_eq('select portal_id from tenancy.claim_repairs()', array[:'third'::uuid], 'one that is being installed is set up');
select function_privs_are('tenancy', 'claim_repairs', array['integer'], 'whatsappb24_api', array[]::text[], 'what changes something outside runs in the worker');
select * from finish();
rollback;
