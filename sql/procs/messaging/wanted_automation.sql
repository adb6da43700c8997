-- What automation a portal shall offer: {registered: the digest of what was registered last, as the reconciliation reported it,
-- templates: [{template_id, name, language, category, channel, phone}] that a robot may send (approved, of channels in use),
-- senders: [{channel_id, name, phone}] for its SMS service}. For the worker's reconciliation. Locks nothing.
create or replace function messaging.wanted_automation(p_portal_id uuid) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'registered', (select p.repair_report ->> 'automation' from tenancy.portal p where p.portal_id = p_portal_id),
    'templates', coalesce((
      select jsonb_agg(jsonb_build_object(
               'template_id', t.template_id, 'name', t.name, 'language', t.language, 'category', t.category, 'channel', c.name,
               'phone', c.phone) order by t.name, t.language, c.phone, t.template_id)
        from messaging.template t
        join tenancy.channel c on c.portal_id = t.portal_id and c.channel_id = t.channel_id
       where t.portal_id = p_portal_id and t.status = 'approved'
         and c.state in ('connecting', 'active', 'attention', 'suspended', 'paused')), '[]'),
    'senders', coalesce((
      select jsonb_agg(jsonb_build_object('channel_id', c.channel_id, 'name', c.name, 'phone', c.phone) order by c.phone)
        from tenancy.channel c
       where c.portal_id = p_portal_id and c.state in ('connecting', 'active', 'attention', 'suspended', 'paused')), '[]'))
$$;
comment on function messaging.wanted_automation(uuid) is
  'Tenant. The templates that robots of the portal may send, the numbers of its SMS service, and what was registered last.';
grant execute on function messaging.wanted_automation(uuid) to whatsappb24_worker;
