-- Lets the lanes of settled attempts go on, where the attempt still holds the lane (token and queue row): accepted
-- and failed leave it, retry waits its back-off, fix pauses it until the channel is repaired
-- (towards the portal it waits its back-off), unknown blocks it for
-- 60 s. A channel whose account or configuration must be mended turns to attention. Locks as the caller.
create or replace function messaging.settle_lanes(p_rows messaging.settling[]) returns void
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_direction text;
  v_channel record;
begin
  foreach v_direction in array array['in', 'out']
  loop
    perform messaging.leave_lane(v_direction, array_agg(r.portal_id), array_agg(r.conversation_id), array_agg(r.message_id))
      from unnest(p_rows) r
      join messaging.lane l on l.portal_id = r.portal_id and l.conversation_id = r.conversation_id and l.direction = r.direction
      join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id
     where r.direction = v_direction and l.token = r.token
       and (r.recorded in ('accepted', 'failed', 'exhausted') or r.recorded = 'unknown' and m.state <> 'unknown')
    having count(*) > 0;

    -- A late word that nothing was sent, after the lane had moved on: the message waits again, at the end.
    perform messaging.enqueue(v_direction, array_agg(r.portal_id), array_agg(r.conversation_id), array_agg(r.channel_id), array_agg(r.message_id))
      from unnest(p_rows) r
      join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'queued'
     where r.direction = v_direction and r.recorded in ('retry', 'fix')
       and not exists (
         select from messaging.queue q
          where q.portal_id = r.portal_id and q.conversation_id = r.conversation_id and q.direction = r.direction
            and q.message_id = r.message_id)
    having count(*) > 0;
  end loop;

  update messaging.lane l
     set retries = l.retries + 1, blocked_until = null,
         paused = case when r.recorded = 'fix' and r.direction = 'out' then 'attention' end,
         next_at = case
           when r.recorded = 'fix' and r.direction = 'out' then 'infinity'::timestamptz
           when r.retry_after_s is not null then v_now + r.retry_after_s * interval '1 second'
           else v_now + least(interval '10 minutes', interval '1 second' * power(2, least(l.retries + 1, 10))) * (0.5 + random() / 2) end
    from unnest(p_rows) r
   where r.recorded in ('retry', 'fix')
     and l.portal_id = r.portal_id and l.conversation_id = r.conversation_id and l.direction = r.direction and l.token = r.token;

  update messaging.lane l
     set next_at = 'infinity', blocked_until = v_now + interval '60 seconds'
    from unnest(p_rows) r
    join messaging.message m on m.portal_id = r.portal_id and m.message_id = r.message_id and m.state = 'unknown'
   where r.recorded = 'unknown'
     and l.portal_id = r.portal_id and l.conversation_id = r.conversation_id and l.direction = r.direction and l.token = r.token
     and l.blocked_until is null;

  for v_channel in
    select distinct r.portal_id, r.channel_id, r.code
      from unnest(p_rows) r
      join tenancy.channel c on c.portal_id = r.portal_id and c.channel_id = r.channel_id
     where r.recorded = 'fix' and c.state in ('connecting', 'active')
     order by r.portal_id, r.channel_id
  loop
    perform messaging.trouble_channel(v_channel.portal_id, v_channel.channel_id, v_channel.code);
  end loop;
end
$$;
comment on function messaging.settle_lanes(messaging.settling[]) is
  'Internal, batch. Moves the lanes of settled attempts: on, back-off, pause, block.';
