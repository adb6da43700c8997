-- requirement: R4-c, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 11600000, 'pi_1', '{"tax": 1600000}');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'sub', 2000000, '{"reason": "subscription", "detail": {"plan": "basic"}}')));
select is(billing.issue_invoices(), 0, 'a month that goes on is not invoiced');
select tests.at('2026-12-02 04:59+00');
select is(billing.issue_invoices(), 0, 'nor one that ended less than a day ago, on the portal''s clock');
select tests.at('2026-12-02 05:00+00');
select is(billing.issue_invoices(), 1, 'then it is');
select is((select row(name, net::bigint, tax::bigint, content -> 'period' ->> 'month', content -> 'paid') from billing.document where kind = 'invoice'),
  row('F-000001'::text, 2000000::bigint, 0::bigint, '2026-11'::text, '{"tax": 1600000, "total": 11600000}'::jsonb), 'with what was used, and what was paid');
select is(billing.issue_invoices(), 0, 'once');
select tests.debited(jsonb_build_array(tests.item(:'portal', 'back', 500000, '{"reason": "subscription", "from": "revenue", "to": "wallet"}')));
select tests.at('2027-02-20 00:00+00');
select is(billing.issue_invoices(1) + billing.issue_invoices(1) + billing.issue_invoices(1), 2, 'months that were missed follow, each once');
select is((select array_agg(month || ' ' || coalesce(d.name, 'nothing') order by month) from billing.invoiced_month m left join billing.document d using (portal_id, document_id)),
  array['2026-11-01 F-000001', '2026-12-01 NC-000001', '2027-01-01 nothing'], 'more given back than used is a credit note, nothing used is nothing');
select is((select total::bigint from billing.document where kind = 'credit_note'), 500000::bigint, 'of what was given back');
select * from finish();
rollback;
