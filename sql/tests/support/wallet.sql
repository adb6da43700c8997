-- Builders and readers for stories about money. After story.sql.
create function tests.credited(p_items jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', r.outcome, r.reason, r.balance), ', ' order by r.item) from billing.credit(p_items) r
$$;
comment on function tests.credited(jsonb) is 'Calls billing.credit(); returns what became of each item: "done 1000000, conflict conflict 1000000".';

create function tests.debited(p_items jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', r.outcome, r.reason, r.balance), ', ' order by r.item) from billing.debit(p_items) r
$$;
comment on function tests.debited(jsonb) is 'Calls billing.debit(); returns what became of each item: "done 1000000, refused balance 0".';

create function tests.item(p_portal_id uuid, p_key text, p_amount bigint, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('portal_id', p_portal_id, 'key', p_key, 'amount', p_amount, 'reason', 'test') || p_more
$$;
comment on function tests.item(uuid, text, bigint, jsonb) is 'An item for billing.debit() and billing.credit().';

create function tests.fund(p_portal_id uuid, p_amount bigint default 10000000, p_key text default 'stripe:pi:1') returns text language plpgsql as $$
begin
  perform billing.open_wallet(p_portal_id, 'USD', 'staff');
  return tests.credited(jsonb_build_array(tests.item(p_portal_id, p_key, p_amount, '{"reason": "topup", "from": "clearing_stripe"}')));
end $$;
comment on function tests.fund(uuid, bigint, text) is 'The portal has a wallet in USD, topped up with so many millionths.';

create function tests.wallet(p_portal_id uuid) returns text language sql as $$
  select w.balance || ' ' || w.held from billing.wallet w where w.portal_id = p_portal_id
$$;
comment on function tests.wallet(uuid) is 'The wallet: "balance held".';

create function tests.accounts(p_portal_id uuid) returns text language sql as $$
  select string_agg(a.kind || ' ' || a.balance, ', ' order by a.kind)
    from (select kind, balance from billing.account where portal_id = p_portal_id and balance <> 0
          union all select 'wallet', balance from billing.wallet where portal_id = p_portal_id) a
$$;
comment on function tests.accounts(uuid) is 'All accounts of a portal: "clearing_stripe -100, revenue 20, wallet 80".';

create function tests.priced_items(p_portal_id uuid, p_channel_id uuid, p_messages uuid[], p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('portal_id', p_portal_id, 'message_id', m, 'channel_id', p_channel_id, 'direction', 'out', 'user_id', '7') || p_more order by i)
    from unnest(p_messages) with ordinality u(m, i)
$$;
comment on function tests.priced_items(uuid, uuid, uuid[], jsonb) is 'Items for billing.hold(): messages of user 7.';

create function tests.held(p_portal_id uuid, p_channel_id uuid, p_messages uuid[], p_more jsonb default '{}') returns text language sql as $$
  select string_agg(concat_ws(' ', h.outcome, h.reason), ', ' order by h.item) from billing.hold(tests.priced_items(p_portal_id, p_channel_id, p_messages, p_more)) h
$$;
comment on function tests.held(uuid, uuid, uuid[], jsonb) is 'Holds messages; returns what became of each: "held, refused balance".';

create function tests.moved(p_portal_id uuid, p_messages uuid[], p_event text, p_next text default null) returns int language sql as $$
  select billing.move_charges(jsonb_agg(jsonb_build_object('portal_id', p_portal_id, 'message_id', m, 'event', p_event, 'next', p_next)))
    from unnest(p_messages) m
$$;
comment on function tests.moved(uuid, uuid[], text, text) is 'Evidence about messages reaches their charges; returns how many moved.';

create function tests.ids(p_n int) returns uuid[] language sql as $$
  select array_agg(tenancy.new_id()) from generate_series(1, p_n)
$$;
comment on function tests.ids(int) is 'So many new ids.';

create function tests.holding(p_portal_id uuid, p_channel_id uuid, p_price bigint, p_n int default 1, p_user text default '7', p_robot text default null)
returns billing.holding[] language sql as $$
  select array_agg(row(n, null, null, null, p_portal_id, tenancy.new_id(), p_channel_id, 'service', null, p_user, p_robot, null, 'USD', p_price, 0, 'sent',
                       (tenancy.now() at time zone 'America/Bogota')::date)::billing.holding order by n)
    from generate_series(1, p_n) n
$$;
comment on function tests.holding(uuid, uuid, bigint, int, text, text) is 'Rows of a hold on their way through the call.';

create function tests.billed(p_portal_id uuid, p_channel_id uuid, p_key text, p_said jsonb default '{}', p_destination text default '5215551234567')
returns text language sql as $$
  select string_agg(e.outcome, ' ') from messaging.record_events(jsonb_build_array(jsonb_build_object(
    'portal_id', p_portal_id, 'channel_id', p_channel_id, 'fact', 'billing', 'keys', jsonb_build_object('gs', p_key), 'destination', p_destination,
    'at', tenancy.now(), 'deductions', '{"model": "PMP", "type": "regular", "billable": true, "category": "service"}'::jsonb || p_said))) e
$$;
comment on function tests.billed(uuid, uuid, text, jsonb, text) is 'Gupshup''s billing event of the message with a gs key: billable, service, to Mexico, unless p_said says otherwise.';

create function tests.paid(p_portal_id uuid, p_channel_id uuid, p_key text, p_more jsonb default '{"country": "MX"}') returns uuid language plpgsql as $$
declare v_message uuid := tenancy.new_id();
begin
  perform tests.held(p_portal_id, p_channel_id, array[v_message], p_more);
  perform tests.moved(p_portal_id, array[v_message], 'sent');
  insert into messaging.alias (portal_id, kind, key, message_id, created_at) values (p_portal_id, 'gs', p_key, v_message, tenancy.now());
  return v_message;
end $$;
comment on function tests.paid(uuid, uuid, text, jsonb) is 'A message that was paid, under Gupshup''s key; returns it.';

create function tests.differences() returns text language sql as $$
  select string_agg(concat_ws(' ', d.kind, d.said ->> 'billable', d.said ->> 'category', d.said ->> 'country', 'beside', d.charged ->> 'state',
           d.charged ->> 'price', d.charged ->> 'category', d.charged ->> 'country'), ', ' order by d.kind, d.said ->> 'billable', d.at)
    from billing.difference d
$$;
comment on function tests.differences() is 'What is kept of differences, in short.';
