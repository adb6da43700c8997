-- requirement: R2.1-b, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel', 'uno', '52155500000' || n, 'wamid.' || n || '.' || m) from generate_series(10, 14) n, generate_series(1, 3) m;
insert into tenancy.erasure (portal_id, channel_id, asked_at) values (:'portal', :'channel', tenancy.now());
create function pg_temp.erased(p_limit int) returns int language sql as $$ select e.touched from tenancy.channel c cross join lateral tenancy.erase_messages(c.portal_id, c.channel_id, p_limit) e $$;
create function pg_temp.left_over() returns bigint language sql as $$ select count(*) from messaging.message where text is not null $$;

select is(pg_temp.erased(4), 4, 'no more messages than asked for');
select is(pg_temp.left_over(), 11::bigint, 'the others wait for the next piece');
select is(pg_temp.erased(4) + pg_temp.erased(4) + pg_temp.erased(4), 11, 'which goes on where this one ended, across conversations');
select is(pg_temp.left_over(), 0::bigint, 'until none is left');
select is((select row(step, messages) from tenancy.erasure), row('log'::text, 15::bigint), 'then it is the log''s turn');
select * from finish();
rollback;
