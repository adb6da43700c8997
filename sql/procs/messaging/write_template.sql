-- Takes a person's wish about a template, checked before Gupshup sees it; the worker carries it out. Needs template.manage.
-- p_kind create (p_channel_id, p_draft), edit (p_template_id, p_draft: name and language stay) or delete (p_template_id: all
-- languages of its name, because Gupshup deletes by name). The draft is that of messaging.template_faults. Returns the template.
-- Raises WB400 malformed_call, WB403 permission or plan, WB404 unknown_channel or unknown_template, WB409 channel_state,
-- template_exists, template_busy (another wish is under way) or template_state (it cannot be edited now), WB422
-- template_faults with {field, fault, most} each. Locks the template.
create or replace function messaging.write_template(
  p_portal_id uuid, p_actor text, p_kind text, p_channel_id uuid default null, p_template_id uuid default null, p_draft jsonb default '{}')
returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_template messaging.template;
  v_channel tenancy.channel;
  v_draft jsonb := p_draft;
  v_faults jsonb;
begin
  if p_kind not in ('create', 'edit', 'delete') or jsonb_typeof(p_draft) is distinct from 'object' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_kind'));
  end if;
  if p_kind <> 'create' then
    select * into v_template from messaging.template t
     where t.portal_id = p_portal_id and t.template_id = p_template_id and t.status <> 'gone' for no key update;
    if not found or not tenancy.allows(p_portal_id, p_actor, 'template.view', v_template.channel_id) then
      perform trace.refuse('unknown_template', jsonb_build_object('template_id', p_template_id));
    end if;
    v_draft := p_draft || jsonb_build_object('name', v_template.name, 'language', v_template.language);
  end if;
  select * into v_channel from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = coalesce(v_template.channel_id, p_channel_id) and c.state <> 'removed';
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  perform tenancy.demand(p_portal_id, p_actor, 'template.manage', v_channel.channel_id);
  if v_channel.state in ('draft', 'disconnected') then
    perform trace.refuse('channel_state', jsonb_build_object('state', v_channel.state, 'event', p_kind));
  elsif not billing.entitled(p_portal_id, v_channel.channel_id, 'templates') then
    perform trace.refuse('plan', jsonb_build_object('feature', 'templates'));
  end if;
  if p_kind <> 'delete' then
    select jsonb_agg(jsonb_build_object('field', f.field, 'fault', f.fault, 'most', f.most)) into v_faults from messaging.template_faults(v_draft) f;
    if v_faults is not null then
      perform trace.refuse('template_faults', jsonb_build_object('faults', v_faults));
    end if;
  end if;
  if p_kind = 'create' then
    insert into messaging.template as t (
      portal_id, template_id, channel_id, name, language, category, type, status, header, body, footer, buttons, samples, created_at, changed_at)
    values (
      p_portal_id, tenancy.new_id(), v_channel.channel_id, v_draft ->> 'name', v_draft ->> 'language', lower(v_draft ->> 'category'),
      v_draft ->> 'type', 'submitting', nullif(v_draft ->> 'header', ''), v_draft ->> 'body', nullif(v_draft ->> 'footer', ''),
      coalesce(v_draft -> 'buttons', '[]'),
      jsonb_build_object('examples', coalesce(v_draft -> 'examples', '{}'), 'media_url', v_draft -> 'media_url'), v_now, v_now)
    on conflict (portal_id, channel_id, name, language) do update set
      provider_id = null, category = excluded.category, type = excluded.type, status = 'submitting', reason = null, header = excluded.header,
      body = excluded.body, footer = excluded.footer, buttons = excluded.buttons, samples = excluded.samples, synced_at = null,
      changed_at = excluded.changed_at
      where t.status in ('gone', 'refused')
    returning t.* into v_template;
    if not found then
      perform trace.refuse('template_exists', jsonb_build_object('name', v_draft ->> 'name', 'language', v_draft ->> 'language'));
    end if;
  elsif exists (
    select from messaging.template_task k
     where k.portal_id = p_portal_id and k.template_id = p_template_id and k.ended_at is null)
  then
    perform trace.refuse('template_busy', jsonb_build_object('template_id', p_template_id));
  elsif v_template.status = 'refused' then
    -- Gupshup never took it: there is nothing to edit or delete there.
    if p_kind = 'delete' then
      update messaging.template t set status = 'gone', changed_at = v_now where t.portal_id = p_portal_id and t.template_id = p_template_id;
      return p_template_id;
    end if;
    return messaging.write_template(p_portal_id, p_actor, 'create', v_channel.channel_id, null, v_draft);
  elsif p_kind = 'edit' and v_template.status not in ('approved', 'rejected', 'paused') then
    perform trace.refuse('template_state', jsonb_build_object('status', v_template.status));
  end if;
  insert into messaging.template_task (portal_id, task_id, channel_id, template_id, kind, draft, actor, created_at, due_at)
  values (p_portal_id, tenancy.new_id(), v_channel.channel_id, v_template.template_id, p_kind,
          case p_kind when 'delete' then '{}' else v_draft end, p_actor, v_now, v_now);
  insert into messaging.template_change (portal_id, change_id, template_id, what, after, source, at)
  select p_portal_id, tenancy.new_id(), v_template.template_id, 'status', 'submitting', 'panel', v_now where p_kind = 'create';
  return v_template.template_id;
end
$$;
comment on function messaging.write_template(uuid, text, text, uuid, uuid, jsonb) is
  'Tenant. Takes a wish to create, edit or delete a template, checked before Gupshup sees it; returns the template.';
grant execute on function messaging.write_template(uuid, text, text, uuid, uuid, jsonb) to whatsappb24_api;
