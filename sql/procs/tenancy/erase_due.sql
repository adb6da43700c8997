-- Erases the contents of removed channels whose administrator asked for it (tenancy.remove_channel), a bounded piece a
-- call: the words, files, payloads and raw bytes of their messages, what the log kept of them, what was quarantined, and
-- the names of customers whom only they knew. Rows, states, ids and charges stay; a message says erased_at in its
-- payload. For the worker's round, one runner at a time.
-- Returns the channel it worked on, the step, how much it touched, and the messages whose files on disk must go (files);
-- no row when nothing is due. Locks the rows it erases, each kind in the order of its key.
create or replace function tenancy.erase_due(p_limit int default 500)
returns table (portal_id uuid, channel_id uuid, step text, touched int, files uuid[])
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_erasure tenancy.erasure;
  v_files uuid[] := '{}';
  v_touched int;
begin
  perform pg_advisory_xact_lock(hashtextextended('tenancy.erase_due', 0));
  select * into v_erasure from tenancy.erasure e where e.done_at is null order by e.asked_at limit 1 for update;
  if not found then
    return;
  end if;
  if v_erasure.step = 'messages' then
    select e.touched, e.files into v_touched, v_files
      from tenancy.erase_messages(v_erasure.portal_id, v_erasure.channel_id, p_limit) e;
  elsif v_erasure.step = 'log' then
    v_touched := tenancy.erase_log(v_erasure.portal_id, v_erasure.channel_id, p_limit * 10);
  else
    v_touched := tenancy.erase_rest(v_erasure.portal_id, v_erasure.channel_id, p_limit);
  end if;
  return query select v_erasure.portal_id, v_erasure.channel_id, v_erasure.step, v_touched, v_files;
end
$$;
comment on function tenancy.erase_due(int) is
  'Platform. Erases a piece of what removed channels leave, where that was asked for; returns what it did and which files must go.';
grant execute on function tenancy.erase_due(int) to whatsappb24_worker;
