-- requirement: R4-b, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.retired(p_card uuid, p_at timestamptz default null) returns text language sql as $$
  select tests.refusal(format('select billing.retire_rate_card(''jefa'', %L, %L)', p_card, p_at))
$$;
create function pg_temp.card_at(p_portal uuid, p_channel uuid, p_at timestamptz) returns uuid language sql as $$
  select card_id from billing.prices(jsonb_build_array(jsonb_build_object('portal_id', p_portal, 'channel_id', p_channel, 'at', p_at)))
$$;
select is(pg_temp.retired(gen_random_uuid()), 'WB404 unknown_rate_card', 'what is not there is refused');
select tests.publish_card('out service * 1 1 sent') as card \gset
select is(pg_temp.retired(:'card', '2026-12-01 00:00+00'), 'accepted', 'a card ends at an instant to come');
select is(pg_temp.retired(:'card', '2027-02-01 00:00+00'), 'WB409 rate_card_state', 'which cannot be put off: another may begin there');
select is(pg_temp.retired(:'card', '2026-11-25 00:00+00'), 'accepted', 'but may come sooner');
select is(pg_temp.card_at(:'portal', :'channel', '2026-11-24 23:59:59+00'), :'card', 'until then it prices');
select is(pg_temp.card_at(:'portal', :'channel', '2026-11-25 00:00+00'), null, 'from then on it does not');
select tests.pass('10 days');
select is(pg_temp.retired(:'card'), 'WB409 rate_card_state', 'an end that has passed stays');
select card_id as draft from billing.load_rate_card('staff', '{"name": "x", "currency": "USD"}', tests.card_rows('out service * 1 1 sent')) \gset
select billing.retire_rate_card('jefa', :'draft');
select is((select valid_from = valid_until from billing.rate_card where card_id = :'draft'), true, 'a draft is put away and was never in force');
select * from finish();
rollback;
