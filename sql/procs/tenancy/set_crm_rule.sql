-- Sets what a new client of a channel becomes in the CRM: p_rule {becomes, category_id, stage_id, responsible, open_item, version
-- (absent: there is no rule yet)}. It holds for dialogs that begin from now on; clients whom a step failed for are looked up
-- again. Needs channel.configure. What was changed is in the channel's history (event crm). Returns the new version.
-- Raises WB403 permission, WB404 unknown_channel, WB400 malformed_item with the field, WB409 stale_version with the present
-- rule. Locks the channel row (one setting at a time), the failed clients' rows, then the rule.
create or replace function tenancy.set_crm_rule(p_portal_id uuid, p_channel_id uuid, p_actor text, p_rule jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_channel tenancy.channel;
  v_before tenancy.crm_rule;
  v_old jsonb;
  v_new jsonb;
  v_field text;
  v_changes text;
begin
  perform tenancy.demand(p_portal_id, p_actor, 'channel.configure', p_channel_id);
  v_new := jsonb_build_object(
    'becomes', p_rule ->> 'becomes', 'responsible', coalesce(p_rule ->> 'responsible', 'first_to_answer'),
    'open_item', coalesce(p_rule ->> 'open_item', 'keep'),
    'category_id', case when p_rule ->> 'becomes' = 'deal' then coalesce(p_rule ->> 'category_id', '0') end,
    'stage_id', case when p_rule ->> 'becomes' in ('lead', 'deal') then nullif(p_rule ->> 'stage_id', '') end);
  v_field := case
    when coalesce(v_new ->> 'becomes', '') not in ('portal', 'lead', 'deal', 'contact') then 'becomes'
    when v_new ->> 'responsible' not in ('first_to_answer', 'round_robin') then 'responsible'
    when v_new ->> 'open_item' not in ('keep', 'another') then 'open_item'
    when v_new ->> 'category_id' !~ '^[0-9]{1,6}$' then 'category_id'
    when v_new ->> 'stage_id' !~ '^[A-Za-z0-9_:]{1,100}$' then 'stage_id' end;
  if v_field is not null then
    perform trace.refuse('malformed_item', jsonb_build_object('field', v_field));
  end if;
  select * into v_channel from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed' for no key update;
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  select * into v_before from tenancy.crm_rule r where r.portal_id = p_portal_id and r.channel_id = p_channel_id;
  v_old := jsonb_build_object(
    'becomes', coalesce(v_before.becomes, 'portal'), 'responsible', coalesce(v_before.responsible, 'first_to_answer'),
    'open_item', coalesce(v_before.open_item, 'keep'), 'category_id', v_before.category_id::text, 'stage_id', v_before.stage_id);
  if v_before.version::text is distinct from p_rule ->> 'version' then
    perform trace.refuse('stale_version', v_old || jsonb_build_object('version', v_before.version, 'changed_by', v_before.changed_by));
  end if;
  update messaging.crm_client k
     set state = 'due', due_at = v_now, tries = 0
    from (select x.conversation_id from messaging.crm_client x
           where x.portal_id = p_portal_id and x.channel_id = p_channel_id and x.state = 'failed'
           order by x.conversation_id for no key update) f
   where k.portal_id = p_portal_id and k.conversation_id = f.conversation_id;
  if v_old = v_new then
    return v_before.version;
  end if;
  insert into tenancy.crm_rule as r (
    portal_id, channel_id, becomes, category_id, stage_id, responsible, open_item, changed_by, changed_at)
  values (p_portal_id, p_channel_id, v_new ->> 'becomes', (v_new ->> 'category_id')::int, v_new ->> 'stage_id',
    v_new ->> 'responsible', v_new ->> 'open_item', p_actor, v_now)
  on conflict (portal_id, channel_id) do update set
    becomes = excluded.becomes, category_id = excluded.category_id, stage_id = excluded.stage_id,
    responsible = excluded.responsible, open_item = excluded.open_item, version = r.version + 1,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at;
  select string_agg(format('%s: %s → %s', n.key, coalesce(v_old ->> n.key, '–'), coalesce(n.value, '–')), ', ' order by n.key) into v_changes
    from jsonb_each_text(v_new) n
   where n.value is distinct from v_old ->> n.key;
  insert into tenancy.channel_history (portal_id, channel_id, changed_at, change_id, event, from_state, to_state, reason, actor)
  values (p_portal_id, p_channel_id, v_now, tenancy.new_id(), 'crm', v_channel.state, v_channel.state, v_changes, p_actor);
  return coalesce(v_before.version, 0) + 1;
end
$$;
comment on function tenancy.set_crm_rule(uuid, uuid, text, jsonb) is
  'Tenant. Sets what a new client of a channel becomes in the CRM and who gets him; nobody overwrites another''s change.';
grant execute on function tenancy.set_crm_rule(uuid, uuid, text, jsonb) to whatsappb24_api;
