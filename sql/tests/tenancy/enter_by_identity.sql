-- requirement: R2.3-c, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
create function pg_temp.tries(p_subject text, p_email text, p_verified boolean, p_issuer text default 'https://id.example') returns text language sql as $$
  select tests.refusal(format('select tenancy.enter_by_identity(%L, %L, %L, %L, sha256(%L))', p_issuer, p_subject, p_email, p_verified, tenancy.new_id()))
$$;
select is(pg_temp.tries('u1', 'zoe@example.com', true), 'WB403 not_staff', 'nobody becomes staff by himself');
select is(pg_temp.tries('u1', 'ana@example.com', false), 'WB403 not_staff', 'an address that is not verified is nobody''s');
select is(pg_temp.tries('u1', 'ana@example.com', null), 'WB403 not_staff', 'nor is one of which nothing is said');
select is(pg_temp.tries('u1', 'Ana@example.com', true), 'accepted', 'a verified address of somebody who was added');
select is((select oidc_subject from tenancy.staff), 'u1', 'binds him to the identity');
select is(pg_temp.tries('u1', 'other@example.com', false), 'accepted', 'which counts from then on, whatever the address');
select is(pg_temp.tries('u2', 'ana@example.com', true), 'WB403 not_staff', 'a second identity with his address is not his');
select is(pg_temp.tries('u1', 'ana@example.com', true, 'https://evil.example'), 'WB403 not_staff', 'nor is the same subject of another provider');
update tenancy.staff set state = 'disabled';
select is(pg_temp.tries('u1', 'ana@example.com', true), 'WB403 not_staff', 'who is disabled does not come in');
select * from finish();
rollback;
