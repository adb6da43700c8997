-- What sending a template would be, before it is sent: its text with these values, what is missing, its price by category and
-- country of the number, the state of the 24 hours, and the reason for which it would be refused (null: none), by the same
-- decision as messaging.submit(). p_phone: digits, or none yet. Needs template.view on its channel. Raises WB404
-- unknown_template, WB400 malformed_item for values that are no object. Changes nothing; locks nothing.
create or replace function messaging.preview_template(
  p_portal_id uuid, p_actor text, p_template_id uuid, p_phone text default null, p_values jsonb default '{}', p_media_url text default null)
returns table (
  header text, text text, footer text, missing text[], needs_media boolean, window_until timestamptz, contact_name text, category text,
  country text, price billing.micros, is_free boolean, currency text, reason text, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_template messaging.template;
  v_digits text := messaging.known_number(p_portal_id, regexp_replace(coalesce(p_phone, ''), '[ +().-]', '', 'g'));
  v_filled jsonb;
  v_decided messaging.outgoing;
  v_rates billing.pricing[];
begin
  select * into v_template from messaging.template t where t.portal_id = p_portal_id and t.template_id = p_template_id;
  if not found or not tenancy.allows(p_portal_id, p_actor, 'template.view', v_template.channel_id) then
    perform trace.refuse('unknown_template', jsonb_build_object('template_id', p_template_id));
  elsif jsonb_typeof(p_values) is distinct from 'object' then
    perform trace.refuse('malformed_item', jsonb_build_object('field', 'values'));
  end if;
  v_filled := messaging.fill_template(v_template, p_values, p_media_url);
  select d.* into v_decided
    from unnest(messaging.decide_outgoing(array[row(
           1, null, null, null, p_portal_id, 'panel', null, 1, 1, v_template.channel_id, null, p_actor, 'template', null, null,
           jsonb_build_object('template', jsonb_build_object('template_id', p_template_id, 'values', p_values, 'media_url', p_media_url)),
           null, null, 0, null, null, null)::messaging.outgoing])) d;
  v_rates := array(
    select r from billing.find_rates(jsonb_build_array(jsonb_build_object(
             'portal_id', p_portal_id, 'channel_id', v_template.channel_id, 'category', v_template.category,
             'country', messaging.country_of(v_digits)))) r);
  return query
    select v_filled ->> 'header', v_filled ->> 'text', v_filled ->> 'footer',
           array(select jsonb_array_elements_text(v_filled -> 'missing')), (v_filled -> 'media')::boolean, w.window_until, w.name,
           v_template.category, messaging.country_of(v_digits), (r.price + r.surcharge)::billing.micros, o.free > 0, r.currency,
           coalesce(v_decided.reason, r.reason), coalesce(v_decided.detail, '{}')
      from unnest(v_rates) r
      join billing.open_allowances(v_rates) o on o.item = r.item
      left join lateral (
        select v.window_until, k.name
          from messaging.identifier i
          join messaging.contact k on k.portal_id = i.portal_id and k.contact_id = i.contact_id
          left join messaging.conversation v
            on v.portal_id = i.portal_id and v.contact_id = i.contact_id and v.channel_id = v_template.channel_id
         where i.portal_id = p_portal_id and i.kind = any (array['wa', 'alias']) and i.value = v_digits
           and (tenancy.allows(p_portal_id, p_actor, 'conversation.read.own', v_template.channel_id)
                or tenancy.allows(p_portal_id, p_actor, 'conversation.read.all', v_template.channel_id))
           and v.conversation_id is not null
         limit 1) w on true;
end
$$;
comment on function messaging.preview_template(uuid, text, uuid, text, jsonb, text) is
  'Tenant. What sending a template would be: text, missing values, price, 24-hour window, and why it would be refused.';
grant execute on function messaging.preview_template(uuid, text, uuid, text, jsonb, text) to whatsappb24_api;
