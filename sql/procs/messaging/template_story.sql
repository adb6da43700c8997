-- What became of a template, the newest first, and what a message of each category costs now to the country of the channel's
-- number: so that a change of category shows its difference. Needs template.view on its channel. prices: [{category, price
-- (millionths), currency}], without those that the tariff does not price. Raises WB404 unknown_template. Locks nothing.
create or replace function messaging.template_story(p_portal_id uuid, p_actor text, p_template_id uuid)
returns table (changes jsonb, country text, prices jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_channel tenancy.channel;
begin
  select c.* into v_channel
    from messaging.template t
    join tenancy.channel c on c.portal_id = t.portal_id and c.channel_id = t.channel_id
   where t.portal_id = p_portal_id and t.template_id = p_template_id;
  if not found or not tenancy.allows(p_portal_id, p_actor, 'template.view', v_channel.channel_id) then
    perform trace.refuse('unknown_template', jsonb_build_object('template_id', p_template_id));
  end if;
  return query
    select (select coalesce(jsonb_agg(jsonb_build_object(
                     'what', h.what, 'before', h.before, 'after', h.after, 'reason', h.reason, 'source', h.source, 'at', h.at)
                     order by h.at desc, h.change_id desc), '[]')
              from messaging.template_change h
             where h.portal_id = p_portal_id and h.template_id = p_template_id),
           messaging.country_of(v_channel.phone),
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'category', r.category, 'price', r.price + r.surcharge, 'currency', r.currency) order by r.item), '[]')
              from billing.find_rates((
                select jsonb_agg(jsonb_build_object(
                         'portal_id', p_portal_id, 'channel_id', v_channel.channel_id, 'category', k, 'country', messaging.country_of(v_channel.phone)))
                  from unnest(array['utility', 'authentication', 'marketing']) k)) r
             where r.reason is null);
end
$$;
comment on function messaging.template_story(uuid, text, uuid) is
  'Tenant. What became of a template, and what each category costs from its channel.';
grant execute on function messaging.template_story(uuid, text, uuid) to whatsappb24_api;
