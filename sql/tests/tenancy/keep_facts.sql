-- requirement: R2.1-d, R2.5-b, R2.4-c
begin;
select plan(9);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.fact(p_fact text) returns tenancy.channel_fact language sql as $$ select f from tenancy.channel_fact f where f.fact = p_fact $$;

select tenancy.keep_facts(:'portal', :'channel', '[{"fact": "quality", "value": {"text": "GREEN"}}, {"fact": "wallet", "failure": {"code": "timeout", "policy": "retry"}}]');
select is((pg_temp.fact('quality')).value, '{"text": "GREEN"}', 'a value is kept');
select is((pg_temp.fact('quality')).refreshed_at, tenancy.now(), 'with the instant at which it was said');
select is(
  (select row(value, refreshed_at, asked_at, failure ->> 'code') from pg_temp.fact('wallet')),
  row(null::jsonb, null::timestamptz, tenancy.now(), 'timeout'::text), 'what could not be read says so, and when it was asked');
select tests.pass('1 hour');
select tenancy.keep_facts(:'portal', :'channel', '[{"fact": "quality", "failure": {"code": "http_503", "policy": "retry"}}]');
select is(
  (select row(value ->> 'text', refreshed_at, asked_at, failure ->> 'code') from pg_temp.fact('quality')),
  row('GREEN'::text, tenancy.now() - interval '1 hour', tenancy.now(), 'http_503'::text), 'an older value stays beside the failure, with its own instant');
select tenancy.keep_facts(:'portal', :'channel', '[{"fact": "quality", "value": {"text": "RED"}}]');
select is(
  (select row(value ->> 'text', refreshed_at, failure) from pg_temp.fact('quality')), row('RED'::text, tenancy.now(), null::jsonb),
  'the next value ends the failure');
select tenancy.keep_facts(:'portal', :'channel', '[{"fact": "quality", "value": {"text": "YELLOW"}}, {"fact": "quality", "value": {"text": "GREEN"}}]');
select is((pg_temp.fact('quality')).value ->> 'text', 'GREEN', 'of a fact told twice the last word counts');
select lives_ok(
  format($$select tenancy.keep_facts(%L, %L, '[null, 7, {"fact": "weather", "value": {}}, {"fact": "app"}, {"value": {}}]')$$, :'portal', :'channel'),
  'what is no fact of ours is passed over');
select lives_ok(format($$select tenancy.keep_facts(%L, %L, null)$$, :'portal', :'channel'), 'and so is nothing at all');
select is((select count(*) from tenancy.channel_fact), 2::bigint, 'neither is kept');
select * from finish();
rollback;
