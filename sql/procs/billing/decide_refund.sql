-- Approves or rejects a proposed refund; whoever proposed it may only reject it. An approved one is asked of the provider at once by the
-- worker. For the provider's staff (the caller is trusted). Returns its state. Decided so already: that state. Raises WB400
-- malformed_call, WB404 unknown_refund, WB409 refund_state (decided otherwise already), WB403 four_eyes. Locks the wallet.
create or replace function billing.decide_refund(p_portal_id uuid, p_actor text, p_refund_id uuid, p_approve boolean) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found billing.refund;
  v_state text := case when p_approve then 'asked' else 'rejected' end;
begin
  if coalesce(p_actor, '') = '' or p_approve is null then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_approve"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_found from billing.refund r where r.portal_id = p_portal_id and r.refund_id = p_refund_id;
  if not found then
    perform trace.refuse('unknown_refund', jsonb_build_object('refund_id', p_refund_id));
  end if;
  if v_found.state <> 'proposed' then
    -- One that was approved may have gone on meanwhile.
    if (v_found.state <> 'rejected' and v_found.decided_by is not null) is distinct from p_approve then
      perform trace.refuse('refund_state', jsonb_build_object('state', v_found.state));
    end if;
    return v_found.state;
  end if;
  if p_approve and p_actor = v_found.actor then
    perform trace.refuse('four_eyes', jsonb_build_object('proposed_by', v_found.actor));
  end if;
  update billing.refund r
     set state = v_state, decided_by = p_actor, decided_at = v_now, changed_at = v_now,
         due_at = case when p_approve then v_now else 'infinity' end
   where r.portal_id = p_portal_id and r.refund_id = p_refund_id;
  return v_state;
end
$$;
comment on function billing.decide_refund(uuid, text, uuid, boolean) is
  'Tenant. Approves or rejects a proposed refund; a second person approves.';
grant execute on function billing.decide_refund(uuid, text, uuid, boolean) to whatsappb24_api;
