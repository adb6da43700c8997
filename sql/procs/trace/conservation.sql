-- Proves that nothing is lost: for each hour of arrival and direction, what was accepted equals what is done,
-- waiting, failed, refused, expired, unknown or quarantined, and every waiting message stands in its lane. balance
-- (what the aliases took in less the messages that are there) and adrift are 0 in a sound system. adrift counts
-- messages that wait in no lane, and lane rows whose message neither waits nor is being sent. Hours are UTC's.
-- Reads the messaging tables of the range (the last 24 h unless told) only. Locks nothing.
create or replace function trace.conservation(
  p_from timestamptz default null, p_to timestamptz default null, p_portal_id uuid default null)
returns table (
  hour timestamptz, direction text, accepted bigint, done bigint, waiting bigint, failed bigint, refused bigint,
  expired bigint, unknown bigint, quarantined bigint, balance bigint, adrift bigint)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_to timestamptz := coalesce(p_to, v_now + interval '1 minute');
  v_from timestamptz := coalesce(p_from, v_now - interval '24 hours');
begin
  return query
    with m as (
      select date_trunc('hour', tenancy.id_time(x.message_id), 'UTC') as hour, x.direction, s.outcome, x.portal_id, x.message_id,
             x.state in ('queued', 'sending')
               and not exists (select from messaging.queue q
                                where q.portal_id = x.portal_id and q.conversation_id = x.conversation_id
                                  and q.direction = x.direction and q.message_id = x.message_id) as is_adrift
        from messaging.message x
        join messaging.message_state s on s.state = x.state
       where x.message_id >= tenancy.id_floor(v_from) and x.message_id < tenancy.id_floor(v_to)
         and (p_portal_id is null or x.portal_id = p_portal_id)),
    a as (
      select date_trunc('hour', tenancy.id_time(x.message_id), 'UTC') as hour,
             case when x.kind in ('wa', 'mirror') then 'in' else 'out' end as direction, count(distinct x.message_id) as n
        from messaging.alias x
       where x.message_id >= tenancy.id_floor(v_from) and x.message_id < tenancy.id_floor(v_to)
         and (p_portal_id is null or x.portal_id = p_portal_id)
         and (x.kind not in ('wa', 'gs')
              or x.kind = 'wa' and not exists (
                select from messaging.alias o
                 where o.portal_id = x.portal_id and o.message_id = x.message_id and o.kind not in ('wa', 'gs')))
       group by 1, 2),
    q as (
      select date_trunc('hour', tenancy.id_time(x.quarantined_id), 'UTC') as hour,
             case x.door when 'bitrix24' then 'out' else 'in' end as direction, count(*) as n
        from messaging.quarantined x
       where x.quarantined_id >= tenancy.id_floor(v_from) and x.quarantined_id < tenancy.id_floor(v_to)
         and (p_portal_id is null or x.portal_id = p_portal_id)
       group by 1, 2),
    c as (
      select m.hour, m.direction,
             count(*) filter (where m.outcome = 'done') as done, count(*) filter (where m.outcome = 'waiting') as waiting,
             count(*) filter (where m.outcome = 'failed') as failed, count(*) filter (where m.outcome = 'refused') as refused,
             count(*) filter (where m.outcome = 'expired') as expired, count(*) filter (where m.outcome = 'unknown') as unknown,
             count(*) as total, count(*) filter (where m.is_adrift) as adrift
        from m group by m.hour, m.direction),
    w as (
      select date_trunc('hour', tenancy.id_time(x.message_id), 'UTC') as hour, x.direction, count(*) as n
        from messaging.queue x
       where x.message_id >= tenancy.id_floor(v_from) and x.message_id < tenancy.id_floor(v_to)
         and (p_portal_id is null or x.portal_id = p_portal_id)
         and not exists (select from messaging.message o
                          where o.portal_id = x.portal_id and o.message_id = x.message_id
                            and o.state in ('queued', 'sending', 'unknown'))
         and not exists (select from messaging.attempt o
                          where o.portal_id = x.portal_id and o.message_id = x.message_id and o.outcome is null)
       group by 1, 2),
    k as (
      select c.hour, c.direction from c
      union select a.hour, a.direction from a
      union select q.hour, q.direction from q
      union select w.hour, w.direction from w)
    select k.hour, k.direction, coalesce(a.n, 0) + coalesce(q.n, 0), coalesce(c.done, 0), coalesce(c.waiting, 0),
           coalesce(c.failed, 0), coalesce(c.refused, 0), coalesce(c.expired, 0), coalesce(c.unknown, 0), coalesce(q.n, 0),
           coalesce(a.n, 0) - coalesce(c.total, 0), coalesce(c.adrift, 0) + coalesce(w.n, 0)
      from k
      left join a on a.hour = k.hour and a.direction = k.direction
      left join c on c.hour = k.hour and c.direction = k.direction
      left join q on q.hour = k.hour and q.direction = k.direction
      left join w on w.hour = k.hour and w.direction = k.direction
     order by k.hour, k.direction;
end
$$;
comment on function trace.conservation(timestamptz, timestamptz, uuid) is
  'Platform. Per hour of arrival and direction: accepted = done + waiting + failed + refused + expired + unknown + quarantined; balance and adrift are 0.';
grant execute on function trace.conservation(timestamptz, timestamptz, uuid) to whatsappb24_api, whatsappb24_worker;
