-- requirement: R4-c, R2.4-c
begin;
select plan(6);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal');
select billing.set_series('eva', 'receipt', 'REC/');
select tests.top_up(:'portal', 5000000, 'pi_2');
select is((select array_agg(name order by number) from billing.document), array['R-000001', 'REC/000002'], 'the numbers go on, the names that were given stay');
create function pg_temp.sets(p_kind text, p_prefix text) returns text language sql as $$
  select tests.refusal(format('select billing.set_series(''eva'', %L, %L)', p_kind, p_prefix))
$$;
select is(pg_temp.sets('invoice', 'REC/') || ', ' || pg_temp.sets('invoice', 'R-'), 'WB409 conflict, WB409 conflict', 'no name is of two documents, not of one of the past either');
select is(pg_temp.sets('receipt', 'R-'), 'accepted', 'its own comes back');
select is(pg_temp.sets('bill', 'B-') || ', ' || pg_temp.sets('invoice', 'f 1'), 'WB400 malformed_call, WB400 malformed_call', 'of a kind that there is, in capitals');
select is((select count(*) from billing.issuer_change), 2::bigint, 'each change is kept');
select is(pg_temp.sets('receipt', 'R-'), 'accepted', 'the same again is none');
select * from finish();
rollback;
