-- requirement: R2.2-a, R2.4-c
begin;
select plan(17);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_portal('other0portal') as other \gset

-- Who is who: the contacts that a call gives its items, numbered in the order in which they are first seen.
create function pg_temp.who(p_portal uuid, p_customers jsonb) returns text language sql as $$
  with r as (
    select x.item, x.contact_id
      from unnest(messaging.resolve_contacts((
        select array_agg(jsonb_populate_record(null::messaging.incoming, e.x || jsonb_build_object(
                 'item', e.n, 'outcome', coalesce(e.x ->> 'outcome', 'accepted'), 'portal_id', p_portal,
                 'name', coalesce(e.x ->> 'name', ''))) order by e.n)
          from jsonb_array_elements(p_customers) with ordinality e(x, n)))) x),
  f as (select r.contact_id, min(r.item) as first from r group by r.contact_id)
  select string_agg(coalesce((select count(*) from f g where g.first <= f.first and g.contact_id is not null)
                             * case when f.contact_id is null then null else 1 end || '', '-'), ' ' order by r.item)
    from r join f on f.contact_id is not distinct from r.contact_id
$$;
create function pg_temp.known(p_portal uuid) returns text language sql as $$
  select string_agg(k.ids, ' | ' order by k.ids) from (
    select string_agg(f.kind || ' ' || f.value, ', ' order by f.kind, f.value) as ids
      from messaging.identifier f where f.portal_id = p_portal group by f.contact_id) k
$$;

select is(pg_temp.who(:'portal', '[{"wa_id": "52155"}, {"wa_id": "52166"}, {"wa_id": "52155"}]'), '1 2 1', 'one number is one customer');
select is(pg_temp.known(:'portal'), 'wa 52155 | wa 52166', 'whom we know from now on');
select is(pg_temp.who(:'portal', '[{"wa_id": "52155", "bsuid": "MX.a"}]'), '1', 'a known number brings its business-scoped id');
select is(pg_temp.who(:'portal', '[{"bsuid": "MX.a"}, {"wa_id": "52155"}]'), '1 1', 'by which the customer is known even where he hides his number');
select is(pg_temp.who(:'portal', '[{"wa_id": "52177", "bsuid": "MX.a"}]'), '1', 'and when he changes it');
select is(pg_temp.known(:'portal'), 'bsuid MX.a, wa 52155, wa 52177 | wa 52166', 'his graph grows');

select is(pg_temp.who(:'portal', '[{"bsuid": "0BR.b"}, {"wa_id": "5511", "bsuid": "0BR.b"}, {"wa_id": "5511"}]'), '1 1 1',
  'a new customer who comes under several ids in one call is one');
select is(pg_temp.who(:'portal', '[{"wa_id": "5521", "bsuid": "BR.c"}, {"wa_id": "5522", "bsuid": "BR.c"}]'), '1 1',
  'also where two numbers share one business-scoped id');
select is(pg_temp.who(:'portal', '[{"wa_id": "52166", "bsuid": "MX.a"}, {"wa_id": "52155"}]'), '1 2',
  'two people whom we know apart are never merged: the number speaks first');

select messaging.note_mismatch(:'portal', '5491112345678', '5411');
select is(pg_temp.who(:'portal', '[{"wa_id": "52155", "name": "Carla"}, {"wa_id": "52199", "outcome": "duplicate"}, {"wa_id": "52188", "name": "Diego"}]'),
  '1 - 2', 'an item that is not accepted makes nobody known');
select is((select string_agg(name, ', ') from messaging.contact where name <> ''), 'Diego', 'a new customer has the name that WhatsApp gives');
select is((select count(*) from messaging.contact c where not exists (select from messaging.identifier f where f.contact_id = c.contact_id)),
  0::bigint, 'nobody is left without an identifier');
select is(pg_temp.who(:'other', '[{"wa_id": "52155"}]'), '1', 'another portal may know the same number');
select is((select count(distinct contact_id) from messaging.identifier where value = '52155'), 2::bigint, 'but the customers of two portals are strangers to each other');
select is(pg_temp.who(:'portal', '[{"wa_id": "5215551234567"}, {"wa_id": "551133334444"}]') || ' ' || pg_temp.who(:'portal', '[{"wa_id": "525551234567"}, {"wa_id": "5215551234567"}]'),
  '1 2 1 1', 'who answers under another way of writing the number is the same customer');
select is((select count(distinct contact_id) from messaging.identifier where value like '52%5551234567'), 1::bigint, 'known in both ways from now on');
select is(pg_temp.who(:'portal', '[{"wa_id": "5511933334444"}, {"wa_id": "551133334444"}]'), '1 2', 'a mobile and a landline are two');
select * from finish();
rollback;
