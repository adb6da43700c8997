-- Keeps what came of steps in the CRM and says the next. p_items: JSON array of {portal_id, conversation_id, token, step, kind,
-- id, facts, failure}: without failure the step (look, add, link, assign) was done; failure {code, policy, message,
-- retry_after_s}: retry is tried again after 15, 30, 60 … seconds, at most an hour; unknown (it may have been done) is looked up
-- after 90 seconds; a chat that can't be linked is let be; anything else is tried again after an hour, five times, and then given
-- up and shown. Every new round begins with a look. A row each: todo as messaging.next_crm() says, null where nothing is to be
-- done now. A caller whose lease is over changes nothing and gets no row. For the worker. Locks the rows, sorted by key.
create or replace function messaging.settle_crm(p_items jsonb)
returns table (portal_id uuid, conversation_id uuid, token bigint, todo jsonb)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_item jsonb;
  v_row messaging.crm_client;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_items'));
  end if;
  for v_item in
    select e.item from jsonb_array_elements(p_items) e(item)
     where pg_input_is_valid(e.item ->> 'portal_id', 'uuid') and pg_input_is_valid(e.item ->> 'conversation_id', 'uuid')
       and pg_input_is_valid(e.item ->> 'token', 'bigint')
     order by (e.item ->> 'portal_id')::uuid, (e.item ->> 'conversation_id')::uuid
  loop
    select * into v_row from messaging.crm_client k
     where k.portal_id = (v_item ->> 'portal_id')::uuid and k.conversation_id = (v_item ->> 'conversation_id')::uuid
       and k.token = (v_item ->> 'token')::bigint and k.lease_until > v_now
       for no key update;
    continue when not found;
    todo := null;
    if v_item -> 'failure' is null or v_item ->> 'step' = 'link' and v_item -> 'failure' ->> 'policy' = 'never' then
      update messaging.crm_client k
         set known = messaging.learn_crm(v_row, v_item), changed_at = v_now, lease_until = v_now + interval '2 minutes',
             due_at = v_now + interval '2 minutes'
       where k.portal_id = v_row.portal_id and k.conversation_id = v_row.conversation_id
      returning k.* into v_row;
      todo := messaging.next_crm(v_row);
      if todo is null then
        select * into v_row from messaging.crm_client k
         where k.portal_id = v_row.portal_id and k.conversation_id = v_row.conversation_id;
        perform messaging.leave_crm(v_row);
      end if;
    else
      perform messaging.fail_crm(v_row, v_item -> 'failure');
    end if;
    portal_id := v_row.portal_id;
    conversation_id := v_row.conversation_id;
    token := v_row.token;
    return next;
  end loop;
end
$$;
comment on function messaging.settle_crm(jsonb) is
  'Batch. Keeps what came of steps in the CRM, and says the next step of each.';
grant execute on function messaging.settle_crm(jsonb) to whatsappb24_worker;
