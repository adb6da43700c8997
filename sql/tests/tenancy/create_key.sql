-- requirement: R2.3-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
insert into tenancy.membership (portal_id, membership_id, user_id, role, changed_at) values (:'portal', tenancy.new_id(), '8', 'channel_admin', tenancy.now());
create function pg_temp.tries(p_user text, p_scopes text[], p_for interval default '1 day', p_name text default 'BI') returns text language sql as $$
  select coalesce(d ->> 'field', d ->> 'permission', 'accepted')
    from (select tests.refusal_detail(format('select tenancy.create_key(%L, %L, %L, %L, %L, ''wab24_x'', sha256(%L))',
            (select portal_id from tenancy.portal), p_user, p_name, p_scopes, tenancy.now() + p_for, tenancy.new_id())) d) t
$$;
select is(pg_temp.tries('7', '{channel.view}'), 'api.keys', 'an agent makes no keys');
select is(pg_temp.tries('8', '{channel.view,log.view.meta}'), 'accepted', 'who may make keys gives what he has');
select is(pg_temp.tries('8', '{channel.view,billing.view}'), 'billing.view', 'and nothing that he lacks');
select is(pg_temp.tries('1', '{api.keys}'), 'scopes', 'a key makes no keys');
select is(pg_temp.tries('1', '{user.roles}'), 'scopes', 'and no roles');
select is(pg_temp.tries('1', '{everything}'), 'scopes', 'a scope is a permission');
select is(pg_temp.tries('1', '{}'), 'scopes', 'a key without scopes would be for nothing');
select is(pg_temp.tries('1', '{channel.view}', '3 years'), 'expires_at', 'no key is for ever');
select is(pg_temp.tries('1', '{channel.view}', '0 days', 'BI'), 'expires_at', 'nor over before it begins');
select results_eq('select name, scopes, created_by from tenancy.api_key', $$values ('BI', '{channel.view,log.view.meta}'::text[], '8')$$, 'what was refused left nothing');
select * from finish();
rollback;
