-- Conversations whose place in the CRM is to be looked up or settled, of portals that are installed and channels whose rule
-- is ours, each leased to this caller for two minutes: p_limit in all, p_each of one portal. todo is the first step,
-- always {do: look, …}, or {do: assign, …} where somebody has answered (messaging.next_crm). One that nobody answered yet is
-- asked about again after an eighth of its age (15 s to 10 minutes), and given up after a week: it stays with whom it is.
-- For the worker. Locks the claimed rows, passing over locked ones.
create or replace function messaging.claim_crm(p_limit int default 20, p_each int default 5)
returns table (portal_id uuid, conversation_id uuid, message_id uuid, token bigint, todo jsonb)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := tenancy.now();
  v_row messaging.crm_client;
begin
  for v_row in
    with due as (
      select d.portal_id, d.conversation_id
        from (
          select k.portal_id, k.conversation_id, row_number() over (partition by k.portal_id order by k.due_at) as place
            from (select x.portal_id, x.conversation_id, x.due_at from messaging.crm_client x
                   where x.due_at <= v_now and x.due_at < 'infinity' order by x.due_at limit 10 * p_limit) k
            join tenancy.portal o on o.portal_id = k.portal_id and o.state = 'installed') d
       where d.place <= p_each
       limit p_limit),
    locked as (
      select k.portal_id, k.conversation_id
        from messaging.crm_client k
        join due d on d.portal_id = k.portal_id and d.conversation_id = k.conversation_id
       where k.due_at <= v_now
       order by k.portal_id, k.conversation_id
         for update of k skip locked)
    update messaging.crm_client k
       set token = k.token + 1, lease_until = v_now + interval '2 minutes', due_at = v_now + interval '2 minutes',
           known = k.known - 'looked'
      from locked l
     where k.portal_id = l.portal_id and k.conversation_id = l.conversation_id
    returning k.*
  loop
    todo := messaging.next_crm(v_row);
    if todo is null then
      perform messaging.leave_crm(v_row);
      continue;
    end if;
    portal_id := v_row.portal_id;
    conversation_id := v_row.conversation_id;
    token := v_row.token;
    message_id := (
      select m.message_id from messaging.message m
       where m.portal_id = v_row.portal_id and m.conversation_id = v_row.conversation_id
       order by m.message_id desc limit 1);
    return next;
  end loop;
end
$$;
comment on function messaging.claim_crm(int, int) is
  'Platform. Leases conversations whose place in the CRM is to be looked up or settled, with the first step of each.';
grant execute on function messaging.claim_crm(int, int) to whatsappb24_worker;
