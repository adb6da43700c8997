-- requirement: R2.2-a, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.put(p_state text, p_reason text) returns text language plpgsql as $$
begin
  update tenancy.portal set state = p_state, state_reason = p_reason;
  perform tenancy.resume_portal((select portal_id from tenancy.portal));
  return (select state || coalesce(' ' || state_reason, '') from tenancy.portal);
end $$;

select is(pg_temp.put('needs_reauth', 'invalid_grant'), 'installed', 'a portal that waited for an administrator goes on');
select is(pg_temp.put('suspended', 'PAYMENT_REQUIRED'), 'installed', 'so does one that had not paid Bitrix24');
select is(pg_temp.put('suspended', 'abuse'), 'suspended abuse', 'a suspension by us is lifted by us');
select is(pg_temp.put('uninstalled', null), 'uninstalled', 'an uninstalled portal is not revived by a token');
select is(pg_temp.put('installing', null), 'installing', 'an installation is finished by its installer');

-- What waited is handed over
update tenancy.portal set state = 'needs_reauth';
select tests.customer_writes(:'portal', :'channel') as hello \gset
select is_empty(format('select tests.claimed(%L, ''in'')', :'portal'), 'what arrives meanwhile waits');
select tenancy.resume_portal(:'portal');
select set_eq(format('select tests.claimed(%L, ''in'')', :'portal'), array[:'hello'::uuid], 'and is handed over at once when the portal goes on');
select * from finish();
rollback;
