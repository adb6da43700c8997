-- Template tasks that are due, at most one a channel (a person's wish before a synchronization), each leased to this caller for
-- five minutes, with what the call to Gupshup needs, the key sealed. What is asked for while one is under way comes after it.
-- Tasks of a channel that is off wait until it is connected. For the worker. Locks the claimed tasks, passing over locked ones.
create or replace function messaging.claim_template_tasks(p_limit int default 20)
returns table (
  portal_id uuid, task_id uuid, channel_id uuid, kind text, draft jsonb, token bigint, provider_id text, name text, app_id text,
  app_name text, phone text, key_sealed bytea)
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
    with due as (
      select k.portal_id, k.task_id
        from messaging.template_task k
       where k.due_at <= v_now and k.due_at < 'infinity' and coalesce(k.lease_until <= v_now, true)
         and not exists (
           select from messaging.template_task o
            where o.portal_id = k.portal_id and o.channel_id = k.channel_id and o.task_id <> k.task_id
              and (o.lease_until > v_now
                   or o.due_at <= v_now and (o.kind = 'sync', o.due_at, o.task_id) < (k.kind = 'sync', k.due_at, k.task_id)))
       order by k.due_at
       limit p_limit
         for update skip locked),
    leased as (
      update messaging.template_task k
         set due_at = case when c.state in ('draft', 'disconnected', 'removed') then 'infinity' else v_now + interval '5 minutes' end,
             lease_until = case when c.state not in ('draft', 'disconnected', 'removed') then v_now + interval '5 minutes' end,
             token = k.token + 1, tries = k.tries + 1, began_at = v_now
        from due
        join tenancy.channel c on c.portal_id = due.portal_id
       where k.portal_id = due.portal_id and k.task_id = due.task_id and c.channel_id = k.channel_id
      returning k.*)
    select l.portal_id, l.task_id, l.channel_id, l.kind, l.draft, l.token, t.provider_id, t.name, c.app_id, c.app_name, c.phone, c.key_sealed
      from leased l
      join tenancy.channel c on c.portal_id = l.portal_id and c.channel_id = l.channel_id
      left join messaging.template t on t.portal_id = l.portal_id and t.template_id = l.template_id
     where l.lease_until is not null;
end
$$;
comment on function messaging.claim_template_tasks(int) is
  'Platform. Leases template tasks that are due, one a channel, with what the call to Gupshup needs.';
grant execute on function messaging.claim_template_tasks(int) to whatsappb24_worker;
