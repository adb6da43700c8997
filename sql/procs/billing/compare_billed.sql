-- Compares what Gupshup says of messages, as far as it is due, with our charges; differences are written down, and those that are
-- none any more are dropped. A message that no alias names is asked for again each hour and is unknown after a day; a charge
-- that is still held is waited for; what was compared is compared once more three days later, because evidence may come
-- late. For billing.reconcile(). Returns how many it looked at. Locks what it looks at; passes over what others hold.
create or replace function billing.compare_billed(p_limit int) returns int
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_portals uuid[];
  v_events uuid[];
begin
  with due as materialized (
    select b.portal_id, b.channel_event_id
      from billing.billed b
     where b.due_at <= v_now order by b.due_at limit p_limit
       for update skip locked),
  named as (
    update billing.billed b
       set message_id = coalesce(
             b.message_id,
             (select a.message_id from messaging.alias a where a.portal_id = b.portal_id and a.kind = 'gs' and a.key = b.keys ->> 'gs'),
             (select a.message_id from messaging.alias a where a.portal_id = b.portal_id and a.kind = 'wa' and a.key = b.keys ->> 'wa'))
      from due
     where b.portal_id = due.portal_id and b.channel_event_id = due.channel_event_id
    returning b.portal_id, b.channel_event_id)
  select array_agg(n.portal_id), array_agg(n.channel_event_id) into v_portals, v_events from named n;
  if v_events is null then
    return 0;
  end if;
  with b as materialized (
    select x.*, c.state, c.price, c.currency, c.category as our_category, c.country as our_country,
           coalesce(x.message_id, x.channel_event_id) as subject,
           x.message_id is null and x.at > v_now - interval '1 day' as is_nameless,
           coalesce(c.state = 'held' and c.hold_until > v_now, false) as is_held
      from unnest(v_portals, v_events) u(portal_id, channel_event_id)
      join billing.billed x on x.portal_id = u.portal_id and x.channel_event_id = u.channel_event_id
      left join billing.charge c on c.portal_id = x.portal_id and c.message_id = x.message_id),
  k as materialized (
    select b.*, v.kind
      from b
     cross join lateral (values
       ('unknown_message', b.message_id is null),
       ('not_billed_by_us', b.message_id is not null and b.is_billable and coalesce(b.state in ('released', 'reversed'), true)),
       ('billed_by_us_only', not b.is_billable and b.state = 'captured' and b.price > 0),
       ('other_category', b.state is not null and b.category <> b.our_category),
       ('other_country', b.state is not null and b.country <> b.our_country)) v(kind, holds)
     where v.holds and not b.is_nameless and not b.is_held),
  later as (
    update billing.billed x
       set looks = x.looks + 1,
           due_at = case
             when b.is_nameless then v_now + interval '1 hour'
             when b.is_held then v_now + interval '6 hours'
             when x.at > v_now - interval '3 days' then x.at + interval '3 days' end
      from b
     where x.portal_id = b.portal_id and x.channel_event_id = b.channel_event_id),
  gone as (
    delete from billing.difference d
     using b
     where d.portal_id = b.portal_id and d.subject = b.subject and not b.is_nameless and not b.is_held
       and not exists (select from k where k.portal_id = d.portal_id and k.subject = d.subject and k.kind = d.kind)
    returning 1)
  insert into billing.difference (portal_id, difference_id, kind, subject, message_id, channel_id, at, said, charged, found_at)
  select k.portal_id, tenancy.new_id(), k.kind, k.subject, k.message_id, k.channel_id, k.at,
         jsonb_strip_nulls(jsonb_build_object(
           'billable', k.is_billable, 'category', k.category, 'country', k.country, 'model', k.model, 'type', k.type)),
         jsonb_strip_nulls(jsonb_build_object(
           'state', k.state, 'price', k.price, 'currency', k.currency, 'category', k.our_category, 'country', k.our_country)),
         v_now
    from (select distinct on (k.portal_id, k.subject, k.kind) k.* from k order by k.portal_id, k.subject, k.kind, k.at desc) k
  on conflict (portal_id, subject, kind) do update set said = excluded.said, charged = excluded.charged;
  return cardinality(v_events);
end
$$;
comment on function billing.compare_billed(int) is
  'Internal. Compares what Gupshup says of messages with our charges; keeps the differences.';
