-- requirement: R4-c, R2.4-c
begin;
select plan(2);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.top_up(:'portal', 500000000) as payment \gset
select refund_id as refund from billing.open_refund(:'portal', 'eva', :'payment', 200000000, 'se va', 'a') \gset
select billing.decide_refund(:'portal', 'ada', :'refund', true);
select tests.booked(tests.proof('refund', 200000000, 'stripe:re:re_1', jsonb_build_object('payment', 'pi_1', 'refund_id', :'refund')));
select tests.booked(tests.proof('dispute_closed', 1, 'stripe:dp:c:closed', '{"payment": "pi_1", "dispute": "c"}', '{"status": "lost"}'));
create temp view steps as select s.* from billing.payment p cross join lateral billing.payment_steps(p) s where p.payment_id = :'payment';
select set_eq($$select concat_ws(' ', kind, what, actor) from steps where kind in ('refund', 'dispute', 'document')$$,
  array['refund asked eva', 'refund approved ada', 'refund succeeded stripe', 'dispute lost stripe', 'document receipt', 'document credit_note'], 'who asked, who approved, what came of it, and its papers');
select set_eq($$select concat_ws(' ', detail ->> 'from', detail ->> 'to', amount) from steps where kind = 'transfer'$$,
  array['clearing_stripe wallet 500000000', 'wallet clearing_stripe 200000000'], 'each movement with its accounts');
select * from finish();
rollback;
