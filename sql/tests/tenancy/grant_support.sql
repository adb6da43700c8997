-- requirement: R2.1-c, R2.3-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.tries(p_user text, p_for interval, p_reason text default 'No llega un mensaje') returns text language sql as $$
  select coalesce(d ->> 'field', d ->> 'permission', 'accepted')
    from (select tests.refusal_detail(format('select tenancy.grant_support(%L, %L, %L, %L)',
            (select portal_id from tenancy.portal), p_user, p_reason, tenancy.now() + p_for)) d) t
$$;
select is(pg_temp.tries('7', '1 hour'), 'user.roles', 'an agent lets nobody in');
select is(pg_temp.tries(tests.create_key(:'portal'), '1 hour'), 'user.roles', 'nor does a program');
select is(pg_temp.tries('1', '1 hour', '  '), 'reason', 'there is a reason');
select is(pg_temp.tries('1', '31 days'), 'ends_at', 'thirty days are the most');
select is(pg_temp.tries('1', '0 days'), 'ends_at', 'it has a time before its end');
select is((select count(*) from tenancy.support_grant), 0::bigint, 'what was refused left nothing');
select is(pg_temp.tries('1', '30 days'), 'accepted', 'an administrator gives access');
select results_eq('select reason, granted_by, ends_at from tenancy.support_grant',
  $$values ('No llega un mensaje', '1', '2026-12-22 12:00+00'::timestamptz)$$, 'who, why and until when is kept');
select * from finish();
rollback;
