-- requirement: R4-c, R2.4-c
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
create function pg_temp.says(p_currency text) returns text language sql as $$
  select string_agg(v.provider || ' ' || coalesce(m.exponent || '/' || m.grain || '/' || m.minimum, 'no'), ', ' order by v.provider desc)
    from (values ('stripe'), ('paypal')) v(provider) left join lateral billing.minor_units(p_currency, v.provider) m on true
$$;
select is(pg_temp.says('USD'), 'stripe 2/10000/500000, paypal 2/10000/10000', 'dollars have cents');
select is(pg_temp.says('CLP'), 'stripe 0/1000000/1000000, paypal no', 'Chilean pesos have none, and PayPal does not take them');
select is(pg_temp.says('PYG'), 'stripe 0/1000000/1000000, paypal no', 'nor guaraníes');
select is(pg_temp.says('JPY'), 'stripe 0/1000000/1000000, paypal 0/1000000/1000000', 'yen have none at both');
select is(pg_temp.says('HUF'), 'stripe 2/10000/10000, paypal 0/1000000/1000000', 'about forints they disagree');
select is(pg_temp.says('TWD'), 'stripe 2/10000/10000, paypal 0/1000000/1000000', 'and about Taiwan dollars');
select is(pg_temp.says('ISK'), 'stripe 2/1000000/1000000, paypal no', 'crowns are written with two decimals that are zero');
select is(pg_temp.says('UGX'), 'stripe 2/1000000/1000000, paypal no', 'and shillings');
select is(pg_temp.says('MXN'), 'stripe 2/10000/10000000, paypal 2/10000/10000', 'Stripe charges ten Mexican pesos at least');
select is(pg_temp.says('BRL'), 'stripe 2/10000/500000, paypal no', 'what PayPal takes only inside a country is not offered');
select is(pg_temp.says('COP') || '; ' || pg_temp.says('ARS'), 'stripe 2/10000/500000, paypal no; stripe 2/10000/500000, paypal no', 'nor what it does not take at all');
select * from finish();
rollback;
