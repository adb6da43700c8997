-- requirement: R4-c, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('other') as other \gset
select tests.opened(:'portal') as payment \gset
select tests.top_up(:'other', 5000000, 'pi_theirs') as theirs \gset
create function pg_temp.books(p_event text, variadic p_evidence jsonb[]) returns text language sql as $$
  select billing.book_event('stripe', p_event, (select token from billing.claim_events() where event_id = p_event), to_jsonb(p_evidence))
$$;
create function pg_temp.assigns(p_event text, p_portal uuid, p_payment uuid) returns text language sql as $$
  select tests.refusal(format('select billing.assign_event(''eva'', ''stripe'', %L, %L, %L, ''lo pagó por enlace'')', p_event, p_portal, p_payment))
$$;
select tests.event('evt_1');
select is(pg_temp.books('evt_1', tests.proof('topup', 20000000, 'stripe:pi:pi_x', '{"payment": "pi_x"}')), 'unmatched', 'money that names nothing of ours');
select is(pg_temp.assigns('evt_1', :'portal', :'theirs'), 'WB404 unknown_payment', 'goes to a payment of that portal');
select is(pg_temp.assigns('evt_1', :'portal', :'payment'), 'accepted', 'or to one that a person names');
select is(pg_temp.books('evt_1', tests.proof('topup', 20000000, 'stripe:pi:pi_x', '{"payment": "pi_x"}')), 'processed', 'then it is booked');
select is(tests.wallet(:'portal'), '20000000 0', 'like any other');
select is((select row(deed, actor, detail ->> 'payment_id') from billing.event_deed), row('assigned'::text, 'eva'::text, :'payment'::text), 'who said so is kept');
select is(pg_temp.assigns('evt_1', :'portal', :'payment'), 'WB409 event_state', 'what is booked stays where it is');
select tests.event('evt_2');
select pg_temp.books('evt_2', tests.proof('topup', 1000000, 'stripe:pi:pi_y', jsonb_build_object('payment', 'pi_y', 'portal_id', :'other')));
select is(pg_temp.assigns('evt_2', :'portal', :'payment'), 'WB409 foreign_object', 'what names another portal is not given to this one');
select tests.event('evt_3');
select pg_temp.books('evt_3', tests.proof('refund', 1000000, 'stripe:re:re_z', '{"payment": "pi_theirs", "refund": "re_z"}', '{"currency": "EUR"}'));
select is(pg_temp.assigns('evt_3', :'portal', :'payment'), 'WB409 foreign_object', 'nor what belongs to another');
select tests.event('evt_4');
select billing.settle_event('stripe', 'evt_4', (select token from billing.claim_events() where event_id = 'evt_4'), 'unmatched', '{"reason": "malformed_call"}');
select is(pg_temp.assigns('evt_4', :'portal', :'payment'), 'WB409 event_state', 'nor what names no object');
update billing.payment set livemode = false where payment_id = :'payment';
select is(pg_temp.assigns('evt_2', :'portal', :'payment'), 'WB409 test_mode', 'nor money in earnest to a test');
select * from finish();
rollback;
