-- Automation that is due, at most p_each of a portal under way at once, so that a portal with thousands holds up no other;
-- each is leased to this caller for two minutes, with its next step: send (give
-- messaging.send_automation the number), answer or status (tell the portal `says`, then messaging.settle_automation), trigger (set
-- the CRM's automation going).
-- Where nothing is to be told yet, it sleeps until its message moves or its time to wait is over. state, reason, detail:
-- those of its message, else its own. request.crm: what the client is there where a rule of ours keeps the CRM. For the worker; the portals must be installed. Locks the claimed rows, passing over
-- locked ones.
create or replace function messaging.claim_automations(p_limit int default 20, p_each int default 4)
returns table (
  portal_id uuid, automation_id uuid, kind text, token bigint, tries int, step text, says text, request jsonb, answer_sealed bytea, connector text, language text,
  message_id uuid, channel_id uuid, conversation_id uuid, state text, reason text, detail jsonb)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with recursive walk as (
      (select a.portal_id from messaging.automation a where a.due_at <= v_now and a.due_at < 'infinity' order by a.portal_id, a.due_at limit 1)
      union all
      select (select a.portal_id from messaging.automation a
               where a.portal_id > w.portal_id and a.due_at <= v_now and a.due_at < 'infinity' order by a.portal_id, a.due_at limit 1)
        from walk w where w.portal_id is not null),
    free as (
      select o.portal_id, p_each - (
               select count(*) from messaging.automation b
                where b.portal_id = o.portal_id and b.due_at < 'infinity' and b.due_at <= v_now + interval '2 minutes' and b.lease_until > v_now) as n
        from walk w
        join tenancy.portal o on o.portal_id = w.portal_id and o.state = 'installed'
       order by random()),
    due as (
      select a.portal_id, a.automation_id
        from free f
       cross join lateral (
         select d.portal_id, d.automation_id from messaging.automation d
          where d.portal_id = f.portal_id and d.due_at <= v_now and d.due_at < 'infinity' and coalesce(d.lease_until <= v_now, true)
          order by d.due_at
          limit greatest(f.n, 0)
            for update skip locked) a
       limit p_limit),
    judged as materialized (
      select a.portal_id, a.automation_id, w.says,
             case when a.message_id is null and a.reason is null then 'send'
                  when a.kind = 'trigger' and a.ended_at is null then 'trigger'
                  when a.kind = 'robot' and a.ended_at is null and w.says is not null then 'answer'
                  when a.kind = 'sms' and w.says is distinct from a.told then 'status' end as step
        from due
        join messaging.automation a on a.portal_id = due.portal_id and a.automation_id = due.automation_id
       cross join lateral (select messaging.automation_says(a, v_now) as says) w),
    leased as (
      update messaging.automation a
         set due_at = case when j.step is not null then v_now + interval '2 minutes'
                           when a.kind = 'robot' and a.ended_at is null then a.answer_by else 'infinity' end,
             lease_until = case when j.step is not null then v_now + interval '2 minutes' end,
             token = a.token + 1, tries = a.tries + case when j.step is not null then 1 else 0 end
        from judged j
       where a.portal_id = j.portal_id and a.automation_id = j.automation_id
      returning a.*)
    select l.portal_id, l.automation_id, l.kind, l.token, l.tries, j.step, j.says, l.request || jsonb_build_object('crm', messaging.crm_items_of(l.portal_id, m.conversation_id)), l.answer_sealed, o.connector, o.language, l.message_id, m.channel_id,
           m.conversation_id, coalesce(m.state, case when l.reason is not null then 'refused' end), coalesce(m.reason, l.reason), coalesce(m.detail, l.detail)
      from leased l
      join judged j on j.portal_id = l.portal_id and j.automation_id = l.automation_id and j.step is not null
      join tenancy.portal o on o.portal_id = l.portal_id
      left join messaging.message m on m.portal_id = l.portal_id and m.message_id = l.message_id
     order by l.portal_id, l.automation_id;
end
$$;
comment on function messaging.claim_automations(int, int) is
  'Platform. Leases due automation (robots, SMS) of each portal a few, with its next step: send, answer, status or trigger.';
grant execute on function messaging.claim_automations(int, int) to whatsappb24_worker;
