-- Keeps billing, template, account, user and preference events of channels as they were said, with their bytes.
-- p_items: [{portal_id, channel_id, fact, raw, …}]. An account event that takes the number's right to send away
-- turns the channel to attention; what it tells of the number is kept as its facts (tenancy.note_account_event). Billing events
-- are read for the reconciliation (billing.note_billed), template events for the templates. An event that comes again is kept once. Returns a row per item: kept,
-- or rejected (it names no channel of ours).
-- Raises WB400 malformed_call. For account events, locks the channel rows in the order of their key, then their facts;
-- for template events, the templates, then the synchronizations.
create or replace function messaging.record_events(p_items jsonb, p_raw bytea[] default '{}')
returns table (item int, outcome text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_raw_ids uuid[];
  v_kept jsonb;
  v_portals uuid[];
  v_billing uuid[];
  v_template_portals uuid[];
  v_templates uuid[];
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  select coalesce(jsonb_agg(jsonb_build_object(
           'n', i.n, 'portal_id', c.portal_id, 'channel_id', c.channel_id, 'raw', i.raw,
           'fact', left(coalesce(i.x ->> 'fact', 'unknown'), 50), 'what', i.x ->> 'what', 'payload', i.x -> 'payload', 'status', i.x -> 'payload' ->> 'status',
           'item', i.x - 'portal_id' - 'channel_id' - 'raw') order by i.n), '[]')
    into v_kept
    from (
      select e.n, e.x, case when pg_input_is_valid(e.x ->> 'portal_id', 'uuid') then (e.x ->> 'portal_id')::uuid end as portal_id,
             case when pg_input_is_valid(e.x ->> 'channel_id', 'uuid') then (e.x ->> 'channel_id')::uuid end as channel_id,
             case when pg_input_is_valid(e.x ->> 'raw', 'int') then (e.x ->> 'raw')::int end as raw
        from jsonb_array_elements(p_items) with ordinality e(x, n)) i
    join tenancy.channel c on c.portal_id = i.portal_id and c.channel_id = i.channel_id;
  select messaging.keep_raw(p_raw, array_agg(i.raw order by i.n), array_agg('gupshup'::text),
           array_agg(i.portal_id order by i.n), array_agg(i.channel_id order by i.n))
    into v_raw_ids
    from jsonb_to_recordset(v_kept) i(n int, portal_id uuid, channel_id uuid, raw int);
  with kept as (
    insert into messaging.channel_event (portal_id, channel_event_id, channel_id, fact, item, raw_id)
    select i.portal_id, tenancy.new_id(), i.channel_id, i.fact, i.item, v_raw_ids[i.raw]
      from jsonb_to_recordset(v_kept) i(portal_id uuid, channel_id uuid, fact text, item jsonb, raw int)
     order by i.portal_id, i.channel_id, i.fact, i.item
    on conflict (portal_id, channel_id, fingerprint) do nothing
    returning portal_id, channel_event_id, fact)
  select array_agg(k.portal_id) filter (where k.fact = 'billing'), array_agg(k.channel_event_id) filter (where k.fact = 'billing'),
         array_agg(k.portal_id) filter (where k.fact = 'template'), array_agg(k.channel_event_id) filter (where k.fact = 'template')
    into v_portals, v_billing, v_template_portals, v_templates
    from kept k;
  if v_billing is not null then
    perform billing.note_billed(v_portals, v_billing);
  end if;
  if v_templates is not null then
    perform messaging.apply_template_events(v_template_portals, v_templates);
  end if;
  perform tenancy.note_account_event(i.portal_id, i.channel_id, i.what, i.payload)
    from jsonb_to_recordset(v_kept) i(n int, portal_id uuid, channel_id uuid, fact text, what text, payload jsonb)
   where i.fact = 'account' and jsonb_typeof(i.payload) = 'object'
   order by i.portal_id, i.channel_id, i.n;
  perform messaging.trouble_channel(t.portal_id, t.channel_id, t.status)
    from (
      select distinct i.portal_id, i.channel_id, i.status
        from jsonb_to_recordset(v_kept) i(portal_id uuid, channel_id uuid, fact text, status text)
       where i.fact = 'account' and i.status in ('ACCOUNT_VIOLATION', 'ACCOUNT_DISABLE', 'ACCOUNT_RESTRICTED')
       order by 1, 2, 3) t;
  return query
    select g.n, case when k.n is not null then 'kept' else 'rejected' end
      from generate_series(1, jsonb_array_length(p_items)) g(n)
      left join jsonb_to_recordset(v_kept) k(n int) on k.n = g.n
     order by g.n;
end
$$;
comment on function messaging.record_events(jsonb, bytea[]) is
  'Batch. Keeps a channel''s billing, template, account, user and preference events as they were said; a row per item.';
grant execute on function messaging.record_events(jsonb, bytea[]) to whatsappb24_api;
