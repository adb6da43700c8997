-- requirement: R2.4-a, R2.4-c, R2.4-d
-- The second belt of tenancy: every function that a login role may execute for a portal is called as portal A with
-- the ids of portal B. It may refuse, or do nothing, or do something to A; it must neither change nor reveal B.
-- The calls are made from the catalogue, so a new function is swept the day it is written.
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');

-- Two portals with the same life, so that A has something that could be mistaken; only the words and ids differ.
create table tests.fact (portal text, name text, value text);
create function tests.live(p_portal text, p_user text, p_line text, p_phone text, p_customer text) returns uuid language plpgsql as $$
declare
  v_portal uuid := tests.create_portal(p_portal || 'member');
  v_channel uuid;
  v_hello uuid; v_sent uuid; v_lost uuid;
begin
  perform tenancy.note_users(v_portal, jsonb_build_array(jsonb_build_object('user_id', p_user, 'name', p_portal || ' jefe', 'is_admin', true)));
  update tenancy.portal set domain = p_portal || '.example' where portal_id = v_portal;
  v_channel := tests.create_channel(v_portal, p_line, p_phone);
  v_hello := tests.customer_writes(v_portal, v_channel, p_portal || ' dice', p_customer, 'wamid.' || p_portal);
  perform tests.claimed(v_portal, 'in');
  perform tests.settled(v_portal, v_hello, 'unknown');
  v_sent := tests.submitted(v_portal, p_portal || ' responde', p_portal || '1', p_line, p_customer, p_user);
  perform tests.claimed(v_portal);
  perform tests.settled(v_portal, v_sent, 'accepted', jsonb_build_object('keys', jsonb_build_object('gs', 'gs.' || p_portal)));
  perform tests.receipt(v_portal, v_channel, 'delivered', jsonb_build_object('gs', 'gs.' || p_portal));
  v_lost := tests.submitted(v_portal, p_portal || ' pierde', p_portal || '2', p_line, p_customer, p_user);
  perform tests.claimed(v_portal);
  perform tests.settled(v_portal, v_lost, 'unknown');
  perform tests.submitted(v_portal, p_portal || ' espera', p_portal || '3', p_line, p_customer, p_user);
  perform tests.customer_writes(v_portal, v_channel, p_portal || ' pregunta', p_customer || '7', 'wamid.due.' || p_portal);
  perform tests.receipt(v_portal, v_channel, 'sent', jsonb_build_object('gs', 'gs.parked.' || p_portal), jsonb_build_object('destination', p_customer || '0'));
  perform messaging.quarantine(jsonb_build_array(jsonb_build_object('portal_id', v_portal, 'channel_id', v_channel, 'door', p_portal || ' door', 'raw', 1)), array[p_portal::bytea]);
  perform messaging.record_events(jsonb_build_array(jsonb_build_object('portal_id', v_portal, 'channel_id', v_channel, 'fact', p_portal || ' fact')));
  perform messaging.take_tokens(v_portal, 'portal');
  perform trace.write(jsonb_build_array(jsonb_build_object('level', 'INFO', 'event', p_portal || ' event', 'portal_id', v_portal, 'channel_id', v_channel,
    'message_id', v_sent, 'correlation_id', 'correlation ' || p_portal)));
  insert into tests.fact
  select p_portal, f.name, f.value
    from (values ('portal', v_portal::text), ('channel', v_channel::text), ('user', p_user), ('line', p_line), ('phone', p_phone), ('customer', p_customer),
                 ('conversation', (select conversation_id::text from messaging.message where message_id = v_hello)),
                 ('contact', (select contact_id::text from messaging.conversation c join messaging.message m using (portal_id, conversation_id) where m.message_id = v_hello)),
                 ('hello', v_hello::text), ('sent', v_sent::text), ('lost', v_lost::text),
                 ('wa', 'wamid.' || p_portal), ('gs', 'gs.' || p_portal), ('key', p_portal || '2'), ('word', p_portal),
                 ('notice', (select min(n.notice_id::text) from messaging.notice n where n.portal_id = v_portal)),
                 ('parked', (select min(n.parked_id::text) from messaging.parked_receipt n where n.portal_id = v_portal))) f(name, value);
  return v_portal;
end $$;
select tests.live('alfa', '41', '4', '5215550004444', '5215554444444') as a \gset
select tests.live('bravo', '51', '5', '5215550005555', '5215555555555') as b \gset
create function tests.of(p_portal text, p_name text) returns text language sql as $$ select value from tests.fact where portal = p_portal and name = p_name $$;

create function tests.digest(p_portal_id uuid) returns text language plpgsql as $$
declare v_table text; v_one text; v_all text := '';
begin
  for v_table in
    select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'portal_id'
     where c.relnamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace') and c.relkind in ('r', 'p') and not c.relispartition
     order by 1
  loop
    execute format('select coalesce(md5(string_agg(t::text, '' '' order by t::text)), ''none'') from %s t where portal_id = %L', v_table, p_portal_id) into v_one;
    v_all := v_all || v_table || ' ' || v_one || E'\n';
  end loop;
  return v_all;
end $$;
create function tests.rows_of(p_portal_id uuid) returns bigint language sql as $$
  select count(*) from regexp_split_to_table(tests.digest(p_portal_id), E'\n') l where l like '%.%' and l not like '% none'
$$;

-- One item for every batch: of portal A, with B's ids in every field, on B's channel or on A's own.
create function tests.items(p_channel_of text) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object(
    'portal_id', tests.of('alfa', 'portal'), 'channel_id', tests.of(p_channel_of, 'channel'), 'conversation_id', tests.of('bravo', 'conversation'),
    'message_id', m.value, 'notice_id', tests.of('bravo', 'notice'), 'number', 1, 'token', 1, 'outcome', o, 'event', case o when 'told' then 'failed' else 'delivered' end,
    'key', case o when 'told' then tests.of('bravo', 'wa') else tests.of('bravo', 'key') end, 'keys', jsonb_build_object('gs', tests.of('bravo', 'gs'), 'wa', tests.of('bravo', 'wa')),
    'destination', tests.of('bravo', 'customer'), 'wa_id', tests.of('bravo', 'customer'), 'name', 'Eva', 'kind', 'text', 'text', 'de alfa', 'code', '131031', 'policy', 'fix',
    'source', 'open_line', 'connector', 'wab24', 'line', tests.of('bravo', 'line'), 'chat_key', tests.of('bravo', 'customer'), 'user_id', tests.of('bravo', 'user'),
    'parts', '[{"kind": "text", "text": "de alfa"}]'::jsonb, 'alias', jsonb_build_object('phone', tests.of('bravo', 'customer'), 'wa_id', tests.of('alfa', 'customer')),
    'context_key', tests.of('bravo', 'wa'), 'fact', 'account', 'payload', '{"status": "ACCOUNT_DISABLE"}'::jsonb, 'level', 'INFO', 'door', 'x', 'reason', 'x'))
    from tests.fact m cross join unnest(array['accepted', 'told', 'failed', 'unknown']) o
   where m.portal = 'bravo' and m.name in ('hello', 'sent', 'lost')
$$;

-- What a parameter may be given: values of B by its name, else something of its type. Every combination is called.
create function tests.values_for(p_name text, p_type regtype) returns text[] language sql as $$
  select case
    when p_name = 'p_portal_id' then array[tests.of('alfa', 'portal')]
    when p_name = 'p_channel_id' then array[tests.of('bravo', 'channel')]
    when p_name = 'p_conversation_id' then array[tests.of('bravo', 'conversation')]
    when p_name = 'p_message_id' then array[tests.of('bravo', 'hello'), tests.of('bravo', 'lost'), tests.of('bravo', 'sent')]
    when p_name in ('p_user_id', 'p_actor') then array[tests.of('bravo', 'user'), tests.of('alfa', 'user')]
    when p_name = 'p_id' then (select array_agg(value) from tests.fact where portal = 'bravo') || array['correlation bravo', 'gs.parked.bravo']
    when p_name = 'p_line_id' then array[tests.of('bravo', 'line')]
    when p_name = 'p_connector' then array['wab24']
    when p_name = 'p_client_endpoint' then array['https://bravo.example/rest/']
    when p_name = 'p_destination' then array[tests.of('bravo', 'customer')]
    when p_name in ('p_phone', 'p_wa_id') then array[tests.of('bravo', 'customer'), '5219999999999']
    when p_name = 'p_direction' then array['in', 'out']
    when p_name = 'p_portals' then array[format('{%s}', tests.of('alfa', 'portal'))]
    when p_name = 'p_event' then array['connected', 'problem', 'suspend', 'disconnect']
    when p_name = 'p_verdict' then array['arrived', 'absent', 'resend', 'drop']
    when p_name = 'p_permission' then array['channel.view', 'log.view.payload']
    when p_name = 'p_feature' then array['send']
    when p_name = 'p_scopes' then array['{channel.view}']
    when p_name = 'p_bucket' then array['portal', 'number']
    when p_name = 'p_key' then array[tests.of('bravo', 'phone')]
    when p_name in ('p_token', 'p_pair') then array['{"access": "aa", "refresh": "bb", "expires_at": "2026-11-22T13:00:00Z"}']
    when p_name = 'p_users' then array[format('[{"user_id": "%s", "name": "otro", "is_active": false}]', tests.of('bravo', 'user'))]
    when p_name = 'p_facts' then array[(select jsonb_build_object('name', 'x', 'connector', 'wab24', 'line_id', tests.of('bravo', 'line'), 'phone', tests.of('bravo', 'phone'),
      'app_id', 'app-5', 'app_name', 'x', 'key_sealed', 'aa', 'secrets_sealed', 'bb', 'route_digest', encode(sha256('another'), 'hex'), 'header_digest', encode(sha256('header'), 'hex'))::text)]
    when p_name in ('p_items', 'p_entries') then array[tests.items('alfa')::text, tests.items('bravo')::text]
    when p_type = 'uuid'::regtype then (select array_agg(value) from tests.fact where portal = 'bravo' and pg_input_is_valid(value, 'uuid') and name <> 'portal')
    when p_type = 'jsonb'::regtype then array['{}']
    when p_type in ('int'::regtype, 'bigint'::regtype, 'numeric'::regtype) then array['1']
    when p_type = 'boolean'::regtype then array['true']
    when p_type = 'interval'::regtype then array['1 minute']
    when p_type = 'timestamptz'::regtype then array['2026-11-22 12:00+00']
    when p_type in ('bytea'::regtype, 'bytea[]'::regtype) then array['{}']
    when p_type = 'text'::regtype then array[tests.of('bravo', 'word')]
  end
$$;

create view tests.swept as
select p.oid, p.oid::regprocedure::text as name, p.proname, p.pronamespace::regnamespace as room, p.proargnames, p.proargtypes, p.pronargs, p.pronargdefaults,
       coalesce(obj_description(p.oid, 'pg_proc'), '') like 'Batch.%' as is_batch
  from pg_proc p
 where p.pronamespace::regnamespace::text in ('tenancy', 'messaging', 'billing', 'trace')
   and (p.proargnames[1] = 'p_portal_id' or obj_description(p.oid, 'pg_proc') like 'Batch.%')
   and (has_function_privilege('whatsappb24_api', p.oid, 'execute') or has_function_privilege('whatsappb24_worker', p.oid, 'execute')
        or has_function_privilege('whatsappb24_trace', p.oid, 'execute'));

-- Every combination of arguments as a call by name; parameters with a default are left out unless they may name something of B's.
create function tests.calls(p_function oid) returns setof text language plpgsql as $$
declare v_calls text[] := array['']; v_name text; v_type regtype; v_given text[]; v_function tests.swept;
begin
  select * into v_function from tests.swept where oid = p_function;
  for i in 1 .. v_function.pronargs
  loop
    v_name := v_function.proargnames[i];
    v_type := v_function.proargtypes[i - 1];
    v_given := tests.values_for(v_name, v_type);
    if i > v_function.pronargs - v_function.pronargdefaults and v_name !~ '(_id|^p_id|_actor|_connector)$' then
      continue;
    end if;
    v_calls := array(select c || case when c = '' then '' else ', ' end || format('%I => %L::%s', v_name, g, v_type) from unnest(v_calls) c cross join unnest(v_given) g);
  end loop;
  return query select format('select * from %s.%I(%s) as r', v_function.room, v_function.proname, c) from unnest(v_calls) c;
end $$;

-- Calls, looks, and undoes: returns what is wrong, or null. What the caller gave may come back; nothing else of B.
create function tests.try(p_call text, p_before text) returns text language plpgsql as $$
declare v_rows text; v_found text; v_after text; v_state text;
begin
  execute format('select coalesce(jsonb_agg(to_jsonb(r)), ''[]'')::text from (%s) r', p_call) into v_rows;
  v_after := tests.digest((tests.of('bravo', 'portal'))::uuid);
  raise exception using errcode = 'UNDO0', message = v_rows, detail = v_after;
exception when others then
  get stacked diagnostics v_state = returned_sqlstate, v_rows = message_text, v_after = pg_exception_detail;
  if v_state not like 'WB%' and v_state <> 'UNDO0' then
    return 'failed: ' || v_state || ' ' || v_rows;
  end if;
  select string_agg(f.name, ', ') into v_found from tests.fact f
   where f.portal = 'bravo' and length(f.value) > 2 and strpos(p_call, f.value) = 0 and strpos(v_rows || case when v_state <> 'UNDO0' then v_after else '' end, f.value) > 0;
  if v_found is not null then
    return 'reveals ' || v_found;
  end if;
  if v_state = 'UNDO0' and v_after <> p_before then
    return 'changes ' || (select string_agg(split_part(l, ' ', 1), ', ') from regexp_split_to_table(v_after, E'\n') l where strpos(p_before, l) = 0);
  end if;
  return null;
end $$;
create function tests.sweep(p_like text default '%') returns table (name text, problem text, n bigint) language plpgsql as $$
declare v_before text := tests.digest((tests.of('bravo', 'portal'))::uuid);
begin
  return query
    select s.name, t.problem, count(*) from tests.swept s cross join lateral tests.calls(s.oid) c(call) cross join lateral tests.try(c.call, v_before) t(problem)
     where s.name like p_like and t.problem is not null
     group by s.name, t.problem order by 1;
end $$;

select is(tests.rows_of(:'b'), tests.rows_of(:'a'), 'both portals live in the same tables');
select cmp_ok(tests.rows_of(:'b'), '>', 20::bigint, 'which are nearly all there are');
select cmp_ok((select count(*) from tests.swept), '>', 30::bigint, 'the doors for one portal are found in the catalogue');
select is_empty($$select name from tests.swept s where not exists (select from tests.calls(s.oid))$$, 'and each of them is called');
select is_empty('select * from tests.sweep()', 'no door changes, reveals or trips over what is another portal''s');
select isnt(tests.digest(:'a'), tests.digest(:'b'), 'and the two are told apart');

-- the sweep finds what it is there to find
create function messaging.careless(p_portal_id uuid, p_conversation_id uuid) returns setof text language sql security definer set search_path = '' as $$
  select m.text from messaging.message m where m.conversation_id = p_conversation_id
$$;
grant execute on function messaging.careless(uuid, uuid) to whatsappb24_api;
select is((select problem from tests.sweep('messaging.careless%')), 'reveals word', 'a function that forgets the portal in a where');
create function messaging.meddling(p_portal_id uuid, p_message_id uuid) returns void language sql security definer set search_path = '' as $$
  update messaging.message m set state = 'read' where m.message_id = p_message_id
$$;
grant execute on function messaging.meddling(uuid, uuid) to whatsappb24_worker;
select is((select min(problem) from tests.sweep('messaging.meddling%')), 'changes messaging.message', 'or in an update');
create function messaging.talkative(p_portal_id uuid, p_message_id uuid) returns void language plpgsql security definer set search_path = '' as $$
begin
  perform trace.refuse('unknown_message', jsonb_build_object('belongs_to', (select m.portal_id from messaging.message m where m.message_id = p_message_id)));
end $$;
grant execute on function messaging.talkative(uuid, uuid) to whatsappb24_api;
select is((select min(problem) from tests.sweep('messaging.talkative%')), 'reveals portal', 'or in a refusal');
create function messaging.clumsy(p_portal_id uuid, p_message_id uuid) returns int language sql security definer set search_path = '' as $$ select 1 / 0 $$;
grant execute on function messaging.clumsy(uuid, uuid) to whatsappb24_api;
select is((select min(problem) from tests.sweep('messaging.clumsy%')), 'failed: 22012 division by zero', 'and a call that breaks proves nothing, and says so');
select ok(tests.is_conserved(), 'nothing is lost');
select * from finish();
rollback;
