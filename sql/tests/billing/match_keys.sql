-- requirement: R4-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.fund(:'portal', 1000000);
select tests.debited(jsonb_build_array(tests.item(:'portal', 'a', 300000), tests.item(:'portal', 'owes', 900000, '{"shortfall": "receivable"}')));
create function pg_temp.matched(variadic p_items jsonb[]) returns text language sql as $$
  select string_agg(coalesce(m.outcome, 'new'), ', ' order by m.item)
    from unnest(billing.match_keys(array(select r from billing.read_postings(to_jsonb(p_items), 'wallet', 'revenue') r))) m
$$;
select is(pg_temp.matched(tests.item(:'portal', 'a', 300000), tests.item(:'portal', 'b', 1)), 'repeated, new', 'a known key is told from a new one');
select is(pg_temp.matched(tests.item(:'portal', 'a', 299999), tests.item(:'portal', 'a', 300000, '{"to": "fees"}')), 'conflict, conflict', 'with other arguments it is a conflict');
select is(pg_temp.matched(tests.item(:'portal', 'owes', 900000, '{"shortfall": "receivable"}'), tests.item(:'portal', 'owes', 700000)), 'repeated, conflict', 'what was partly owed is known by its whole amount');
select is(pg_temp.matched(tests.item(:'portal', 'c', 1), tests.item(:'portal', 'c', 1), tests.item(:'portal', 'c', 2)), 'new, echo, conflict', 'twice in a call the second is an echo');
select is(pg_temp.matched(tests.item(:'portal', '', 1)), 'refused', 'what was refused stays so');
select * from finish();
rollback;
