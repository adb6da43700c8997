-- requirement: R4-b, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.draft(p_more jsonb default '{}') returns uuid language sql as $$
  select card_id from billing.load_rate_card('eva', '{"name": "x", "currency": "USD"}' || p_more, tests.card_rows('out service * 1 1 sent'))
$$;
create function pg_temp.replaced(p_card uuid, p_by uuid) returns text language sql as $$
  select tests.refusal(format('select billing.replace_rate_card(''eva'', %L, %L)', p_by, p_card))
$$;
select pg_temp.draft() as one \gset
select billing.publish_rate_card('eva', :'one');
select tests.pass('1 hour');
select pg_temp.draft() as two \gset
select is(pg_temp.replaced(:'one', :'two'), 'accepted', 'a draft takes the place of the card in force');
select is((select valid_until from billing.rate_card where card_id = :'one'), (select valid_from from billing.rate_card where card_id = :'two'), 'one ends where the other begins');
select is((select valid_from from billing.rate_card where card_id = :'two'), tenancy.now() + interval '1 second', 'in a moment');
select is(pg_temp.replaced(:'one', :'two'), 'accepted', 'again is once');
select is((select count(*) from generate_series(tenancy.now(), tenancy.now() + interval '3 seconds', interval '100 milliseconds') t(at)
            where (select count(*) from billing.rate_card c where c.state <> 'draft' and c.valid_from <= t.at and t.at < c.valid_until) <> 1), 0::bigint, 'at every instant one card counts');
select pg_temp.draft('{"valid_from": "2027-01-01T00:00:00Z"}') as three \gset
select is(pg_temp.replaced(:'two', :'three'), 'accepted', 'a draft of later takes it later');
select is((select valid_until from billing.rate_card where card_id = :'two'), '2027-01-01 00:00+00'::timestamptz, 'when it says so');
select is(pg_temp.replaced(:'one', pg_temp.draft('{"valid_from": "2028-01-01T00:00:00Z"}')), 'WB409 rate_card_state', 'what has ended is not replaced');
select is(pg_temp.replaced(:'three', pg_temp.draft('{"tariff": "norte"}')), 'WB404 unknown_rate_card', 'nor is another tariff''s card');
select is(pg_temp.replaced(:'three', gen_random_uuid()), 'WB404 unknown_rate_card', 'by a card that there is');
select * from finish();
rollback;
