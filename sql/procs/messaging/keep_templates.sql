-- Keeps a channel's templates as Gupshup's list shows them, all of them. For settle_template_task, which holds the task.
-- p_items: [{provider_id, name, language, category, type, status, quality, reason, header, body, footer, buttons, samples}].
-- A template is found by its name and language, which are unique in an account. What changed is kept in its history. What
-- is no longer listed is gone; what was to be created and is not listed was refused. p_began_at: when the list was asked
-- for; what was written since is left alone. Returns how many are kept. Locks the channel's templates in the order of their
-- key, then, where the approved ones changed, the portal: its robots offer them.
create or replace function messaging.keep_templates(p_portal_id uuid, p_channel_id uuid, p_items jsonb, p_began_at timestamptz)
returns int
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before messaging.template[];
  v_kept int;
begin
  perform 1 from messaging.template t
   where t.portal_id = p_portal_id and t.channel_id = p_channel_id order by t.template_id for update;
  v_before := array(select t from messaging.template t where t.portal_id = p_portal_id and t.channel_id = p_channel_id);
  with listed as (
    select distinct on (i.name, i.language) i.provider_id, left(i.name, 180) as name, left(i.language, 20) as language,
           lower(left(coalesce(i.category, 'unknown'), 40)) as category, upper(left(coalesce(i.type, 'TEXT'), 40)) as type,
           lower(left(coalesce(i.status, 'unknown'), 40)) as status, upper(left(i.quality, 40)) as quality, left(i.reason, 500) as reason,
           i.header, coalesce(i.body, '') as body, i.footer,
           case jsonb_typeof(i.buttons) when 'array' then i.buttons else '[]' end as buttons, coalesce(i.samples, '{}') as samples
      from jsonb_to_recordset(p_items) i(
             provider_id text, name text, language text, category text, type text, status text, quality text, reason text, header text,
             body text, footer text, buttons jsonb, samples jsonb)
     where coalesce(i.name, '') <> '' and coalesce(i.language, '') <> ''
     order by i.name, i.language, i.status = 'deleted', i.provider_id desc),
  kept as (
    insert into messaging.template as t (
      portal_id, template_id, channel_id, provider_id, name, language, category, type, status, quality, reason, header, body, footer,
      buttons, samples, created_at, changed_at, synced_at)
    select p_portal_id, tenancy.new_id(), p_channel_id, l.provider_id, l.name, l.language, l.category, l.type, l.status, l.quality, l.reason,
           l.header, l.body, l.footer, l.buttons, l.samples, v_now, v_now, v_now
      from listed l
     order by l.name, l.language
    on conflict (portal_id, channel_id, name, language) do update set
      provider_id = excluded.provider_id, category = excluded.category, type = excluded.type, status = excluded.status,
      quality = coalesce(excluded.quality, t.quality), reason = excluded.reason, header = excluded.header, body = excluded.body,
      footer = excluded.footer, buttons = excluded.buttons, samples = t.samples || excluded.samples,
      next_category = nullif(t.next_category, excluded.category), synced_at = excluded.synced_at,
      changed_at = case when (t.status, t.category, t.body) is distinct from (excluded.status, excluded.category, excluded.body)
                        then excluded.changed_at else t.changed_at end
    returning 1)
  select count(*) into v_kept from kept;
  update messaging.template t
     set status = case when t.status = 'submitting' then 'refused' else 'gone' end, changed_at = v_now,
         reason = case when t.status = 'submitting' then 'not_found' end
   where t.portal_id = p_portal_id and t.channel_id = p_channel_id and coalesce(t.synced_at, t.changed_at) < p_began_at
     and t.status not in ('gone', 'refused')
     and not exists (
       select from messaging.template_task k
        where k.portal_id = t.portal_id and k.template_id = t.template_id and k.kind = 'create' and k.ended_at is null);
  insert into messaging.template_change (portal_id, change_id, template_id, what, before, after, reason, source, at)
  select t.portal_id, tenancy.new_id(), t.template_id, c.what, c.before, c.after, case c.what when 'status' then t.reason end, 'sync', v_now
    from messaging.template t
    left join unnest(v_before) b on b.template_id = t.template_id
   cross join lateral (values
     ('status', b.status, t.status), ('category', b.category, t.category), ('quality', b.quality, t.quality)) c(what, before, after)
   where t.portal_id = p_portal_id and t.channel_id = p_channel_id and c.before is distinct from c.after
     and (b.template_id is not null or c.what = 'status')
   order by t.template_id, c.what desc;
  -- Robots offer what is approved.
  if exists (
    select from messaging.template t
      left join unnest(v_before) b on b.template_id = t.template_id
     where t.portal_id = p_portal_id and t.channel_id = p_channel_id
       and (t.status = 'approved') is distinct from coalesce(b.status = 'approved', false)) then
    perform tenancy.request_repair(p_portal_id);
  end if;
  return v_kept;
end
$$;
comment on function messaging.keep_templates(uuid, uuid, jsonb, timestamptz) is
  'Internal. Keeps a channel''s templates as Gupshup lists them; what is no longer listed is marked, every change is kept.';
