-- Makes the synchronization of a channel's templates due now: it was connected, Gupshup told of a change, a task ended.
-- For settle_check, record_events and settle_template_task. One that is under way is run again after it. Wishes that waited for the channel
-- are due too. Locks the tasks.
create or replace function messaging.ask_template_sync(p_portal_id uuid, p_channel_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into messaging.template_task as t (portal_id, task_id, channel_id, kind, created_at, due_at)
  values (p_portal_id, tenancy.new_id(), p_channel_id, 'sync', v_now, v_now)
  on conflict (portal_id, channel_id) where kind = 'sync' do update set due_at = excluded.due_at;
  -- Wishes that waited for the channel to be connected.
  update messaging.template_task t
     set due_at = v_now
   where t.portal_id = p_portal_id and t.channel_id = p_channel_id and t.kind <> 'sync' and t.ended_at is null and t.due_at = 'infinity';
end
$$;
comment on function messaging.ask_template_sync(uuid, uuid) is
  'Internal. Makes the synchronization of a channel''s templates due now.';
