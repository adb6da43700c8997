-- The templates of the channels whose templates this user may see, by channel, name and language, at most a thousand; or those
-- of one channel, status, category, or with a word in name or text. p_template_id: one of them. variables name what has to
-- be filled in; task is the newest wish of a person about it that has not ended well: its kind, and failure where it
-- failed. Locks nothing.
create or replace function messaging.templates(
  p_portal_id uuid, p_actor text, p_channel_id uuid default null, p_template_id uuid default null, p_status text default null,
  p_category text default null, p_text text default null)
returns table (
  template_id uuid, channel_id uuid, channel_name text, name text, language text, category text, next_category text, type text, status text,
  quality text, reason text, header text, body text, footer text, buttons jsonb, samples jsonb, variables text[], may_manage boolean,
  may_send boolean, task jsonb, changed_at timestamptz, synced_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select t.template_id, t.channel_id, c.name, t.name, t.language, t.category, t.next_category, t.type, t.status, t.quality, t.reason, t.header,
         t.body, t.footer, t.buttons, t.samples, messaging.template_variables(t.header, t.body, t.buttons), c.may_manage,
         c.may_send and t.status = 'approved', k.task, t.changed_at, t.synced_at
    from (
      select x.channel_id, x.name, tenancy.allows(p_portal_id, p_actor, 'template.manage', x.channel_id) as may_manage,
             tenancy.allows(p_portal_id, p_actor, 'conversation.write.own', x.channel_id)
               or tenancy.allows(p_portal_id, p_actor, 'conversation.write.all', x.channel_id) as may_send
        from tenancy.channel x
       where x.portal_id = p_portal_id and x.state <> 'removed' and (p_channel_id is null or x.channel_id = p_channel_id)
         and tenancy.allows(p_portal_id, p_actor, 'template.view', x.channel_id)) c
    join messaging.template t on t.portal_id = p_portal_id and t.channel_id = c.channel_id
    left join lateral (
      select case when n.ended_at is null or n.failure is not null
                  then jsonb_build_object('kind', n.kind, 'failure', n.failure, 'is_open', n.ended_at is null) end as task
        from messaging.template_task n
       where n.portal_id = t.portal_id and n.template_id = t.template_id
       order by n.created_at desc, n.task_id desc
       limit 1) k on true
   where (p_template_id is null or t.template_id = p_template_id) and (p_status is null or t.status = p_status)
     and (p_category is null or t.category = p_category)
     and (p_text is null or strpos(lower(t.name || ' ' || coalesce(t.header, '') || ' ' || t.body), lower(p_text)) > 0)
     and (t.status <> 'gone' or p_template_id is not null or p_status = 'gone')
   order by c.name, t.name, t.language
   limit 1000
$$;
comment on function messaging.templates(uuid, text, uuid, uuid, text, text, text) is
  'Tenant. The templates of the channels whose templates this user may see.';
grant execute on function messaging.templates(uuid, text, uuid, uuid, text, text, text) to whatsappb24_api;
