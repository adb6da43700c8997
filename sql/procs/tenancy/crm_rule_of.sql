-- What a new client of a channel becomes in the CRM (portal, and version null, where nobody ever set it), and how it goes: how
-- many clients of the last 30 days were settled, wait for an answer, are being looked up, or were given up, with the newest
-- failure. receivers: the names of those whose turn it can be. Needs channel.view. Raises WB403 permission, WB404
-- unknown_channel. Locks nothing.
create or replace function tenancy.crm_rule_of(p_portal_id uuid, p_user_id text, p_channel_id uuid)
returns table (
  becomes text, category_id int, stage_id text, responsible text, open_item text, version int, changed_by text,
  changed_at timestamptz, may_change boolean, receivers text[], done int, unanswered int, waiting int, failed int, failure jsonb)
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_line text;
  v_rule tenancy.crm_rule;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'channel.view', p_channel_id);
  select c.line_id into v_line from tenancy.channel c
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id and c.state <> 'removed';
  if not found then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  end if;
  select * into v_rule from tenancy.crm_rule r where r.portal_id = p_portal_id and r.channel_id = p_channel_id;
  becomes := coalesce(v_rule.becomes, 'portal');
  category_id := v_rule.category_id;
  stage_id := v_rule.stage_id;
  responsible := coalesce(v_rule.responsible, 'first_to_answer');
  open_item := coalesce(v_rule.open_item, 'keep');
  version := v_rule.version;
  changed_by := coalesce((
    select nullif(u.name, '') from tenancy.portal_user u where u.portal_id = p_portal_id and u.user_id = v_rule.changed_by), v_rule.changed_by);
  changed_at := v_rule.changed_at;
  may_change := tenancy.allows(p_portal_id, p_user_id, 'channel.configure', p_channel_id);
  receivers := array(
    select coalesce(nullif(u.name, ''), q.user_id)
      from (select unnest(l.operators) from tenancy.portal_line l where l.portal_id = p_portal_id and l.line_id = v_line) q(user_id)
      left join tenancy.portal_user u on u.portal_id = p_portal_id and u.user_id = q.user_id
     where tenancy.allows(p_portal_id, q.user_id, 'newclients.receive', p_channel_id)
     order by 1);
  select count(*) filter (where k.state = 'done'), count(*) filter (where k.state = 'unanswered'),
         count(*) filter (where k.state = 'due'), count(*) filter (where k.state = 'failed')
    into done, unanswered, waiting, failed
    from messaging.crm_client k
   where k.portal_id = p_portal_id and k.channel_id = p_channel_id and k.changed_at > v_now - interval '30 days';
  failure := (
    select k.failure from messaging.crm_client k
     where k.portal_id = p_portal_id and k.channel_id = p_channel_id and k.state in ('due', 'failed') and k.failure is not null
     order by k.changed_at desc limit 1);
  return next;
end
$$;
comment on function tenancy.crm_rule_of(uuid, text, uuid) is
  'Tenant. What a new client of a channel becomes in the CRM, who may get him, and how that goes.';
grant execute on function tenancy.crm_rule_of(uuid, text, uuid) to whatsappb24_api;
