-- requirement: R2.4-c
begin;
select plan(8);
select is(messaging.country_of('5215551234567'), 'MX', 'a mobile of Mexico');
select is(messaging.country_of('573001112222'), 'CO', 'of Colombia');
select is(messaging.country_of('12025550123'), 'US', 'of the United States');
select is(messaging.country_of('18095550123'), 'DO', 'of the Dominican Republic, which shares their code');
select is(messaging.country_of('14165550123'), 'CA', 'and of Canada');
select is(messaging.country_of('77012345678'), 'KZ', 'of Kazakhstan, below the code of Russia');
select is(messaging.country_of('9990000000'), null, 'a number that begins like no country''s');
select is((select array_agg(messaging.country_of(n)) from unnest(array[null, '', '521', '+5215551234567', 'BSUID.abc']) n),
  array[null, null, null, null, null]::text[], 'what is no number has no country');
select * from finish();
rollback;
