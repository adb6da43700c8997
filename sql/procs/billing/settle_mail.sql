-- Reports on a claimed letter. p_outcome: sent, failed (never: the server refuses it for good) or retry, which is tried again after 1, 2,
-- 4 … minutes, at most an hour, while it is worth telling. p_reason: the server's word. p_claim: the token of the claim; another one
-- changes nothing. Returns the letter's state. Raises WB400 malformed_call. Locks the letter.
create or replace function billing.settle_mail(p_portal_id uuid, p_mail_id uuid, p_claim bigint, p_outcome text, p_reason text default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_state text;
begin
  if coalesce(p_outcome, '') not in ('sent', 'failed', 'retry') then
    perform trace.refuse('malformed_call', '{"argument": "p_outcome"}');
  end if;
  update billing.mail m
     set state = case p_outcome when 'retry' then 'waits' else p_outcome end, state_reason = left(p_reason, 200),
         due_at = case p_outcome when 'retry' then v_now + least(interval '1 minute' * power(2, least(m.tries - 1, 6)), interval '1 hour') else m.due_at end
   where m.portal_id = p_portal_id and m.mail_id = p_mail_id and m.token = p_claim and m.state = 'waits';
  select m.state into v_state from billing.mail m where m.portal_id = p_portal_id and m.mail_id = p_mail_id;
  return v_state;
end
$$;
comment on function billing.settle_mail(uuid, uuid, bigint, text, text) is
  'Tenant. Reports on a claimed letter: sent, failed, or to be tried again.';
grant execute on function billing.settle_mail(uuid, uuid, bigint, text, text) to whatsappb24_worker;
