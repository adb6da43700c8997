-- Makes the tables large: copies of messages that were sent, with all that hangs on them, under ids of their own.
-- After setup.sql and bench.fill. Call bench.grow(messages) from as many sessions as there are cores, then
-- bench.choose(20000): receipts_100.sql and timeline.sql then work on messages from everywhere in the tables.
begin;
create procedure bench.grow(p_messages bigint) language plpgsql as $$
declare
  v_left bigint := p_messages;
begin
  create temporary table pattern on commit preserve rows as
  select m.portal_id, m.message_id
    from bench.sent s
    join bench.portal p on p.n = s.portal
    join messaging.alias a on a.portal_id = p.portal_id and a.kind = 'gs' and a.key = s.gs
    join messaging.message m on m.portal_id = a.portal_id and m.message_id = a.message_id
   order by s.n limit 5000;
  analyze pattern;
  while v_left > 0 loop
    create temporary table copy on commit drop as
    select o.portal_id, o.message_id, tenancy.new_id() as new_id from pattern o limit v_left;
    v_left := v_left - (select count(*) from copy);
    insert into messaging.message
    select r.* from copy c
      join messaging.message m on m.portal_id = c.portal_id and m.message_id = c.message_id
     cross join lateral jsonb_populate_record(m,
       jsonb_build_object('message_id', c.new_id, 'origin_id', c.new_id, 'state', 'submitted')) r;
    insert into messaging.alias
    select r.* from copy c
      join messaging.alias a on a.portal_id = c.portal_id and a.message_id = c.message_id
     cross join lateral jsonb_populate_record(a, jsonb_build_object('message_id', c.new_id, 'key', gen_random_uuid())) r;
    insert into messaging.attempt
    select r.* from copy c
      join messaging.attempt a on a.portal_id = c.portal_id and a.message_id = c.message_id
     cross join lateral jsonb_populate_record(a, jsonb_build_object('message_id', c.new_id)) r;
    insert into billing.charge
    select r.* from copy c
      join billing.charge a on a.portal_id = c.portal_id and a.message_id = c.message_id
     cross join lateral jsonb_populate_record(a, jsonb_build_object('message_id', c.new_id)) r;
    insert into messaging.receipt
    select r.* from copy c
      join messaging.receipt a on a.portal_id = c.portal_id and a.message_id = c.message_id
     cross join lateral jsonb_populate_record(a, jsonb_build_object('message_id', c.new_id, 'receipt_id', tenancy.new_id())) r;
    commit;
  end loop;
  drop table pattern;
end $$;

-- Messages that wait for receipts, from all over the tables, in the place of those that have theirs.
create procedure bench.choose(p_messages int) language plpgsql as $$
declare
  v_part float := least(100, 300.0 * p_messages / greatest((select sum(reltuples) from pg_class where oid in (
    select inhrelid from pg_inherits where inhparent = 'messaging.message'::regclass)), 1));
begin
  truncate bench.sent restart identity;
  insert into bench.sent (portal, gs)
  select p.n, a.key
    from (select m.portal_id, m.message_id from messaging.message m tablesample system (v_part)
           where m.state = 'submitted' and m.direction = 'out') m
    join bench.portal p on p.portal_id = m.portal_id
    join messaging.alias a on a.portal_id = m.portal_id and a.message_id = m.message_id and a.kind = 'gs'
   order by random() limit p_messages;
  perform setval('bench.pass', 1, false);
end $$;
commit;
