-- requirement: R4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
create function pg_temp.booked(p_portal uuid, p_kind text, p_amount bigint, p_count int) returns text language sql as $$
  select b.balance || ' after ' || b.seq from billing.book(p_portal, p_kind, 'USD', p_amount, p_count) b
$$;
select is(pg_temp.booked(:'portal', 'revenue', 5, 2), '5 after 2', 'an account is made when it is first used');
select is(pg_temp.booked(:'portal', 'revenue', -7, 1), '-2 after 3', 'and counted on after that');
select throws_ok(format('select billing.book(%L, ''receivables'', ''USD'', 1, 1)', :'portal'), '23514', null, 'a debt is never below nothing');
select * from finish();
rollback;
