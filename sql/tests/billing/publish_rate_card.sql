-- requirement: R4-b, R2.4-c
begin;
select plan(12);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.draft(p_more jsonb default '{}') returns uuid language sql as $$
  select card_id from billing.load_rate_card('staff', '{"name": "x", "currency": "USD"}' || p_more, tests.card_rows('out service * 1 1 sent'))
$$;
create function pg_temp.published(p_card uuid) returns text language sql as $$
  select tests.refusal(format('select billing.publish_rate_card(''jefa'', %L)', p_card))
$$;
select pg_temp.draft() as card \gset
select is(pg_temp.published(:'card'), 'accepted', 'a draft is put in force');
select is((select row(state, valid_from, published_by, published_at) from billing.rate_card), row('published'::text, tenancy.now(), 'jefa'::text, tenancy.now()),
  'by somebody, from now on');
select is(pg_temp.published(:'card'), 'accepted', 'again is once');
select is(pg_temp.published(gen_random_uuid()), 'WB404 unknown_rate_card', 'what is not there is refused');
select is(pg_temp.published(pg_temp.draft('{"valid_from": "2027-01-01"}')), 'WB409 rate_card_overlap', 'a card has no end until it is retired');
select is(tests.refusal_detail(format('select billing.publish_rate_card(''x'', %L)', pg_temp.draft())) ->> 'other', :'card', 'the refusal names the other one');
select is(pg_temp.published(pg_temp.draft('{"currency": "MXN"}')), 'accepted', 'another currency is another matter');
select is(pg_temp.published(pg_temp.draft('{"tariff": "norte"}')), 'accepted', 'so is another tariff');
select billing.retire_rate_card('jefa', :'card', '2027-01-01 00:00+00');
select is(pg_temp.published(pg_temp.draft('{"valid_from": "2026-12-31T23:59:59Z"}')), 'WB409 rate_card_overlap', 'a second too early is too early');
select is(pg_temp.published(pg_temp.draft('{"valid_from": "2027-01-01T00:00:00Z"}')), 'accepted', 'one begins where the other ends');
select is(pg_temp.published(:'card'), 'WB409 rate_card_state', 'a retired card does not come back');
select pg_temp.draft('{"tariff": "sur", "valid_from": "2026-01-01"}') as late \gset
select billing.publish_rate_card('jefa', :'late');
select is((select valid_from from billing.rate_card where card_id = :'late'), tenancy.now(), 'no card is in force before it was published');
select * from finish();
rollback;
