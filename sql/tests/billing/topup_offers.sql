-- requirement: R4-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.offers(p_portal uuid, p_providers text[] default null) returns text language sql as $$
  select string_agg(o.provider || ' ' || o.currency || ' ' || o.minimum || '..' || o.maximum || '/' || o.grain, ', ' order by o.provider desc)
    from billing.topup_offers(p_portal, '1', p_providers) o
$$;
select is(pg_temp.offers(:'portal'), 'stripe USD 5000000..10000000000/10000, paypal USD 5000000..10000000000/10000', 'before there is a wallet, the customer''s currency counts');
select is(pg_temp.offers(:'portal', '{paypal}'), 'paypal USD 5000000..10000000000/10000', 'a provider without credentials is not offered');
select billing.open_wallet(:'portal', 'CLP', 'eva');
select is(pg_temp.offers(:'portal'), 'stripe CLP 5000000000..10000000000000/1000000', 'PayPal is not offered what it cannot take');
select is((select choices from billing.topup_offers(:'portal', '1')), array[10000000000, 25000000000, 50000000000, 100000000000], 'amounts to choose from are in the currency');
select is_empty($$select r.currency from billing.topup_rule r join billing.provider_currency c using (currency) where r.minimum < c.minimum or exists (select from unnest(r.choices) a where a % c.grain <> 0 or a not between r.minimum and r.maximum)$$,
  'what is offered can be charged');
select is_empty($$select currency from billing.currency except select currency from billing.topup_rule$$, 'every wallet can be topped up');
select is(tests.refusal(format('select billing.topup_offers(%L, ''12'')', :'portal')), 'WB403 permission', 'not everybody sees it');
select * from finish();
rollback;
