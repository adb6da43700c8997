-- What messages cost by day (of the portal's zone), channel and category, for charts: how many, and how much is held or
-- captured. p_from, p_to: instants at which messages were written, at most 400 days. Needs billing.view. Amounts in millionths.
-- Raises WB403 permission, WB400 malformed_call. Reads the charges of the range. Locks nothing.
create or replace function billing.consumption(p_portal_id uuid, p_user_id text, p_from timestamptz, p_to timestamptz)
returns table (day date, channel_id uuid, category text, currency text, messages bigint, amount bigint)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_zone text;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if p_from is null or p_to is null or p_to - p_from > interval '400 days' then
    perform trace.refuse('malformed_call', '{"argument": "p_from, p_to"}');
  end if;
  select p.time_zone into v_zone from tenancy.portal p where p.portal_id = p_portal_id;
  return query
    select d.day, c.channel_id, c.category, c.currency, count(*), sum(c.price)::bigint
      from billing.charge c
     cross join lateral (select coalesce(c.spend_day, (tenancy.id_time(c.message_id) at time zone v_zone)::date) as day) d
     where c.portal_id = p_portal_id and c.message_id >= tenancy.id_floor(p_from) and c.message_id < tenancy.id_floor(p_to)
       and c.state in ('held', 'captured')
     group by d.day, c.channel_id, c.category, c.currency
     order by d.day, c.channel_id, c.category, c.currency;
end
$$;
comment on function billing.consumption(uuid, text, timestamptz, timestamptz) is
  'Tenant. What messages cost by day, channel and category.';
grant execute on function billing.consumption(uuid, text, timestamptz, timestamptz) to whatsappb24_api;
