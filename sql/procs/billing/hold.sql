-- Holds the price of messages before they are queued: one charge row each, in state held.
-- For messaging.submit(), in its transaction. p_items: [{portal_id, message_id, channel_id, category, country}].
-- Until a tariff names a price it is zero and nothing is refused. Idempotent by message. Returns a row per item
-- (item counts from 1): outcome held, or refused with a reason. Locks nothing that exists.
create or replace function billing.hold(p_items jsonb)
returns table (item int, outcome text, reason text, detail jsonb)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into billing.charge (
    portal_id, message_id, channel_id, category, country, currency, price, held, state, hold_until, changed_at)
  select i.portal_id, i.message_id, i.channel_id, coalesce(i.category, 'service'), i.country, 'USD', 0, 0, 'held',
         v_now + interval '72 hours', v_now
    from jsonb_to_recordset(p_items) i(portal_id uuid, message_id uuid, channel_id uuid, category text, country text)
   order by i.portal_id, i.message_id
  on conflict (portal_id, message_id) do nothing;
  return query
    select n::int, 'held', null::text, null::jsonb from generate_series(1, jsonb_array_length(p_items)) n;
end
$$;
comment on function billing.hold(jsonb) is
  'Internal, batch. Writes the held charge of each message (USD millionths; zero until tariffs name a price).';
