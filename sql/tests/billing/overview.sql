-- requirement: R4-c, R2.4-c
begin;
select plan(10);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select is_empty(format($$select from billing.overview(%L, '1')$$, :'portal'), 'without a wallet there is nothing to show');
select tests.publish_card('out service * 0.4 0.3 sent');
select tests.fund(:'portal', 4000000);
select billing.set_thresholds(:'portal', '1', '[1000000]');
select is((select row(available, per_day, days_left, runs_out_at) from billing.overview(:'portal', '1')), row(4000000::bigint, 0::bigint, null::numeric, null::timestamptz), 'where nothing is spent nothing runs out');
select is((select reserved from billing.overview(:'portal', '1')), '[]'::jsonb, 'nothing is kept for a period');
select tests.held(:'portal', :'channel', tests.ids(2));
select tests.at('2026-11-24 12:00+00');
select is((select row(balance, held, available, per_day, days_left, runs_out_at, thresholds) from billing.overview(:'portal', '1')),
  row(4000000::bigint, 800000::bigint, 3200000::bigint, 400000::bigint, 8.0, '2026-12-02 12:00+00'::timestamptz, '[1000000]'::jsonb), 'what the last days cost says how long it lasts');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'r', 5000000, '{"to": "clearing_stripe", "shortfall": "receivable"}')));
select is((select row(available, owed) from billing.overview(:'portal', '1')), row(0::bigint, 1800000::bigint), 'what is owed is shown');
select is((select told from billing.overview(:'portal', '1')), '[{"threshold": 1000000, "at": "2026-11-24T12:00:00+00:00"}]', 'and which alerts people heard already');
select is(tests.refusal(format('select billing.overview(%L, %L)', :'portal', '12')), 'WB403 permission', 'not everybody sees it');
insert into billing.recharge_rule (portal_id, is_on, threshold, amount, monthly_cap, consent, failures) values (:'portal', true, 1000000, 5000000, 20000000, '{}', 1);
insert into billing.recharge (portal_id, recharge_id, amount, currency, month, state, detail, decided_at, settled_at, due_at)
select :'portal', tenancy.new_id(), n * 1000000, 'USD', '2026-11-01', 'declined', jsonb_build_object('code', 'no ' || n), tenancy.now(), tenancy.now() - n * interval '1 hour', tenancy.now()
  from generate_series(1, 2) n;
select is((select recharge -> 'declined' from billing.overview(:'portal', '1')), '{"at": "2026-11-24T11:00:00+00:00", "amount": 1000000, "code": "no 1"}', 'the last payment that was declined');
update billing.recharge_rule set failures = 0;
select is((select recharge -> 'declined' from billing.overview(:'portal', '1')), 'null', 'until one succeeds');
insert into billing.reservation (portal_id, payment_id, channel_id, amount, held, reserved_at, changed_at)
select :'portal', tests.top_up(:'portal', (n + 4) * 1000000, 'pi_' || n), :'channel', 900000, 900000, tenancy.now(), tenancy.now() from generate_series(1, 2) n;
select is((select reserved from billing.overview(:'portal', '1')), jsonb_build_array(jsonb_build_object('channel_id', :'channel', 'amount', 1800000)), 'what several payments keep for a channel is one amount');
select * from finish();
rollback;
