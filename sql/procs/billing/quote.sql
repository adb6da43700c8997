-- What messages would cost now: one message, or a broadcast by country and category. Changes nothing.
-- p_lines: [{category, country (ISO 3166 alpha-2; or phone, whose country is found; neither: any), count (default 1),
-- direction (default out)}], line counts from 1. Returns a row per line: how many would be free (allowances are used up
-- in the order of the lines), the price of each other one and the amount of all, in millionths of currency; reason
-- no_price where the card has no row for it (amount null), malformed_item where the line is not as described.
-- Needs billing.view, or broadcast.create on the channel. Raises WB400 malformed_call, WB403 permission,
-- WB404 unknown_channel. Locks nothing.
create or replace function billing.quote(p_portal_id uuid, p_user_id text, p_channel_id uuid, p_lines jsonb)
returns table (
  line int, category text, country text, count int, free int, price billing.micros, amount billing.micros, currency text,
  moment text, reason text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_lines billing.quote_line[];
  v_rows billing.pricing[];
begin
  if not tenancy.allows(p_portal_id, p_user_id, 'broadcast.create', p_channel_id) then
    perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  end if;
  if not exists (select from tenancy.channel c where c.portal_id = p_portal_id and c.channel_id = p_channel_id) then
    perform trace.refuse('unknown_channel', jsonb_build_object('channel_id', p_channel_id));
  elsif jsonb_typeof(p_lines) is distinct from 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_lines'));
  end if;
  v_lines := array(select l from billing.read_quote(p_lines) l order by l.line);
  select array_agg(r order by r.item) into v_rows
    from billing.find_rates((
      select coalesce(jsonb_agg(jsonb_build_object(
               'portal_id', p_portal_id, 'channel_id', p_channel_id, 'direction', l.direction, 'category', l.category,
               'country', l.country, 'count', case when l.reason is null then l.count else 0 end) order by l.line), '[]')
        from unnest(v_lines) l)) r;
  return query
    select l.line, l.category, l.country, l.count, o.free,
           case when l.reason is null then r.price + r.surcharge end::billing.micros,
           case when l.reason is null then r.price * (r.count - o.free) + r.surcharge * r.count end::billing.micros,
           r.currency, r.moment, coalesce(l.reason, r.reason)
      from unnest(v_lines) l
      join unnest(v_rows) r on r.item = l.line
      join billing.open_allowances(v_rows) o on o.item = l.line
     order by l.line;
end
$$;
comment on function billing.quote(uuid, text, uuid, jsonb) is
  'Tenant. What messages would cost now, a row per line of category, country and count; counts nothing.';
grant execute on function billing.quote(uuid, text, uuid, jsonb) to whatsappb24_api;
