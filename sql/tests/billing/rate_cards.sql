-- requirement: R4-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.draft(p_name text, p_more jsonb default '{}') returns uuid language sql as $$
  select card_id from billing.load_rate_card('eva', jsonb_build_object('name', p_name, 'currency', 'USD') || p_more, tests.card_rows('out service * 1 1 sent', 'out utility * 1 1 sent'))
$$;
select pg_temp.draft('uno') as one \gset
select billing.publish_rate_card('eva', :'one');
select tests.pass('1 hour');
select pg_temp.draft('dos', '{"valid_from": "2026-12-01T00:00:00Z"}') as two \gset
select tests.pass('1 second');
select pg_temp.draft('nada') as none \gset
select billing.retire_rate_card('eva', :'none');
select is((select string_agg(concat_ws(' ', name, standing, rates, replaces_name), ', ' order by name) from billing.rate_cards()),
  'dos draft 2 uno, nada discarded 2, uno in_force 2', 'each says where it stands, and a draft what it would replace');
select is((select valid_until from billing.rate_cards(:'one')), null, 'a card without an end has none');
select is((select row(created_by, published_by) from billing.rate_cards(:'one')), row('eva'::text, 'eva'::text), 'and who made it');
select billing.replace_rate_card('eva', :'two', :'one');
select is((select string_agg(concat_ws(' ', name, standing, replaces_name), ', ' order by name) from billing.rate_cards()), 'dos upcoming, nada discarded, uno in_force', 'what is published waits for its time');
select tests.at('2026-12-01 00:00+00');
select is((select string_agg(concat_ws(' ', name, standing), ', ' order by name) from billing.rate_cards()), 'dos in_force, nada discarded, uno ended', 'and then counts');
select is((select array_agg(card_id) from billing.rate_cards(p_limit => 2)), array[:'none', :'two']::uuid[], 'the newest first');
select is((select array_agg(card_id) from billing.rate_cards(p_before => :'two')), array[:'one']::uuid[], 'page by page');
select is(tests.refusal(format('select billing.rate_cards(%L)', gen_random_uuid())), 'WB404 unknown_rate_card', 'what is not there is refused');
select * from finish();
rollback;
