-- Ends a leased template task. p_report: {templates: [… messaging.keep_templates]} of a synchronization, which is due again in six
-- hours (or at once, if asked for meanwhile); {provider_id, status} of what was created. p_failure: {code, policy, message,
-- retry_after_s}: retry is tried again after 2, 4, 8 … seconds, at most ten minutes, a wish five times; unknown (Gupshup may have
-- created it) is left to the synchronization; anything else ends the wish, with Gupshup's words for its author. A caller whose
-- lease is over changes nothing. Returns what was recorded: done, again, failed, or null. Locks the task, then the templates.
create or replace function messaging.settle_template_task(
  p_portal_id uuid, p_task_id uuid, p_task_token bigint, p_report jsonb, p_failure jsonb default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_task messaging.template_task;
  v_again interval;
  v_outcome text := case when p_failure is null then 'done' when p_failure ->> 'policy' = 'retry' then 'again' else 'failed' end;
begin
  select * into v_task from messaging.template_task k
   where k.portal_id = p_portal_id and k.task_id = p_task_id for no key update;
  if not found or v_task.token <> p_task_token or v_task.ended_at is not null then
    return null;
  end if;
  if v_outcome = 'again' and v_task.kind <> 'sync' and v_task.tries >= 5 then
    v_outcome := 'failed';
  end if;
  v_again := greatest(
    least(interval '10 minutes', interval '1 second' * power(2, least(v_task.tries, 12))),
    interval '1 second' * case when pg_input_is_valid(p_failure ->> 'retry_after_s', 'numeric') then (p_failure ->> 'retry_after_s')::numeric else 0 end);
  if v_task.kind = 'sync' then
    if v_outcome = 'done' then
      perform messaging.keep_templates(p_portal_id, v_task.channel_id, coalesce(p_report -> 'templates', '[]'), v_task.began_at);
    end if;
    update messaging.template_task k
       set lease_until = null, failure = p_failure, tries = case v_outcome when 'again' then k.tries else 0 end,
           ended_at = null,
           due_at = case when k.due_at < k.lease_until then v_now
                         when v_outcome = 'again' then v_now + v_again
                         else v_now + interval '6 hours' + interval '20 minutes' * random() end
     where k.portal_id = p_portal_id and k.task_id = p_task_id;
    return v_outcome;
  end if;
  update messaging.template_task k
     set lease_until = null, failure = p_failure, due_at = case v_outcome when 'again' then v_now + v_again else 'infinity' end,
         ended_at = case when v_outcome <> 'again' then v_now end
   where k.portal_id = p_portal_id and k.task_id = p_task_id;
  if v_outcome = 'done' then
    update messaging.template t
       set status = case v_task.kind when 'delete' then 'gone' else lower(left(coalesce(p_report ->> 'status', 'pending'), 40)) end,
           provider_id = coalesce(p_report ->> 'provider_id', t.provider_id), reason = null, changed_at = v_now,
           category = lower(coalesce(v_task.draft ->> 'category', t.category)), type = coalesce(v_task.draft ->> 'type', t.type),
           body = coalesce(v_task.draft ->> 'body', t.body), buttons = coalesce(v_task.draft -> 'buttons', t.buttons),
           header = case v_task.kind when 'delete' then t.header else nullif(v_task.draft ->> 'header', '') end,
           footer = case v_task.kind when 'delete' then t.footer else nullif(v_task.draft ->> 'footer', '') end
      from messaging.template o
     where o.portal_id = p_portal_id and o.template_id = v_task.template_id
       and t.portal_id = o.portal_id and t.channel_id = o.channel_id
       and (t.template_id = o.template_id or v_task.kind = 'delete' and t.name = o.name and t.status <> 'gone');
  elsif v_outcome = 'failed' and v_task.kind = 'create' and p_failure ->> 'policy' is distinct from 'unknown' then
    update messaging.template t
       set status = 'refused', reason = left(p_failure ->> 'message', 500), changed_at = v_now
     where t.portal_id = p_portal_id and t.template_id = v_task.template_id;
  end if;
  if v_outcome <> 'again' then
    insert into messaging.template_change (portal_id, change_id, template_id, what, before, after, reason, source, at)
    select t.portal_id, tenancy.new_id(), t.template_id, 'status', null, t.status, t.reason, 'panel', v_now
      from messaging.template t
     where t.portal_id = p_portal_id and t.template_id = v_task.template_id;
    perform messaging.ask_template_sync(p_portal_id, v_task.channel_id);
  end if;
  return v_outcome;
end
$$;
comment on function messaging.settle_template_task(uuid, uuid, bigint, jsonb, jsonb) is
  'Tenant. Ends a leased template task: keeps what Gupshup lists, or what became of a person''s wish.';
grant execute on function messaging.settle_template_task(uuid, uuid, bigint, jsonb, jsonb) to whatsappb24_worker;
