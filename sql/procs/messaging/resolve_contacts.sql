-- Finds or makes the contact of each accepted item by its identifiers and joins new identifiers to its graph.
-- A WhatsApp id speaks before a business-scoped id, so that two people whom we know apart are never merged. A number that
-- is nobody's yet is looked for in its other ways of writing (messaging.number_variants): who was dialled in one and
-- answers in the other is one customer.
-- Two calls that meet a new customer at once agree: the first to write the identifier wins, the other's contact
-- is taken back. Locks new identifiers in the order of their key.
create or replace function messaging.resolve_contacts(p_rows messaging.incoming[]) returns messaging.incoming[]
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row messaging.incoming;
  v_portals uuid[];
  v_kinds text[];
  v_values text[];
  v_contacts uuid[];
  v_names text[];
  v_rows messaging.incoming[];
begin
  -- Where a business-scoped id comes with two numbers at once, the order of the items decides who is who.
  if cardinality(p_rows) > 1 and exists (
    select from unnest(p_rows) r
     where r.outcome = 'accepted' and r.wa_id is not null and r.bsuid is not null
     group by grouping sets ((r.portal_id, r.bsuid), (r.portal_id, r.wa_id))
    having count(distinct r.wa_id) > 1 or count(distinct r.bsuid) > 1)
  then
    foreach v_row in array p_rows loop
      v_rows := v_rows || messaging.resolve_contacts(array[v_row]);
    end loop;
    return v_rows;
  end if;

  -- One proposal per customer of the batch: the contact that any of his identifiers already has, else a new one.
  with s as (
    select r.portal_id, r.wa_id, r.bsuid, r.name, r.item,
           coalesce(case when r.bsuid is not null then max(r.wa_id) over (partition by r.portal_id, r.bsuid) end, r.wa_id, r.bsuid) as person
      from unnest(p_rows) r
     where r.outcome = 'accepted'),
  g as (
    select s.portal_id, s.person, max(s.wa_id) as wa_id, max(s.bsuid) as bsuid,
           coalesce((array_agg(s.name order by s.item) filter (where s.name <> ''))[1], '') as name
      from s group by s.portal_id, s.person),
  p as materialized (
    select g.*, coalesce(
             (select f.contact_id from messaging.identifier f
               where f.portal_id = g.portal_id
                 and (f.kind in ('wa', 'alias') and f.value = g.wa_id or f.kind = 'bsuid' and f.value = g.bsuid)
               order by f.kind = 'bsuid', f.kind = 'alias' limit 1),
             case when g.wa_id ~ '^5[245]' then (
               select f.contact_id from messaging.identifier f
                where f.portal_id = g.portal_id and f.kind in ('wa', 'alias') and f.value = any (messaging.number_variants(g.wa_id))
                order by f.kind = 'alias', f.created_at, f.value limit 1) end,
             tenancy.new_id()) as contact_id
      from g)
  select array_agg(w.portal_id), array_agg(w.kind), array_agg(w.value), array_agg(w.contact_id), array_agg(w.name)
    into v_portals, v_kinds, v_values, v_contacts, v_names
    from (
      select p.portal_id, k.kind, k.value, p.contact_id, p.name
        from p
        cross join lateral (values ('wa', p.wa_id), ('bsuid', p.bsuid)) k(kind, value)
       where k.value is not null
       order by p.portal_id, k.kind, k.value) w;
  if v_portals is null then
    return p_rows;
  end if;
  insert into messaging.contact (portal_id, contact_id, name, created_at)
  select distinct on (u.portal_id, u.contact_id) u.portal_id, u.contact_id, u.name, v_now
    from unnest(v_portals, v_contacts, v_names) u(portal_id, contact_id, name)
   order by u.portal_id, u.contact_id
  on conflict (portal_id, contact_id) do nothing;
  insert into messaging.identifier (portal_id, kind, value, contact_id, created_at)
  select u.portal_id, u.kind, u.value, u.contact_id, v_now
    from unnest(v_portals, v_kinds, v_values, v_contacts) u(portal_id, kind, value, contact_id)
   order by u.portal_id, u.kind, u.value
  on conflict (portal_id, kind, value) do nothing;
  select array_agg(row(
           r.item, r.outcome, r.reason, r.portal_id, r.channel_id, r.key, r.wa_id, r.bsuid, r.name, r.kind, r.text,
           r.media, r.payload, r.context_key, r.said_at, r.raw,
           case when r.outcome = 'accepted' then (
             select f.contact_id from messaging.identifier f
              where f.portal_id = r.portal_id
                and (f.kind in ('wa', 'alias') and f.value = r.wa_id or f.kind = 'bsuid' and f.value = r.bsuid)
              order by f.kind = 'bsuid', f.kind = 'alias' limit 1) end,
           r.conversation_id, r.message_id, r.seq)::messaging.incoming order by r.item)
    into v_rows
    from unnest(p_rows) r;
  delete from messaging.contact c
   using unnest(v_portals, v_contacts) u(portal_id, contact_id)
   where c.portal_id = u.portal_id and c.contact_id = u.contact_id and c.created_at = v_now
     and not exists (select from messaging.identifier f where f.portal_id = c.portal_id and f.contact_id = c.contact_id);
  return v_rows;
end
$$;
comment on function messaging.resolve_contacts(messaging.incoming[]) is
  'Internal, batch. Gives each accepted item its contact, made where the customer is new.';
