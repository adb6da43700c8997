-- Approves or rejects a proposed adjustment; whoever proposed it may only reject it. For the provider's staff (the caller is
-- trusted). Returns its state. Raises WB404 unknown_adjustment, WB409 adjustment_state (decided otherwise already), WB403
-- four_eyes, WB402 balance or frozen. Locks the wallet.
create or replace function billing.decide_adjustment(p_portal_id uuid, p_actor text, p_adjustment_id uuid, p_approve boolean) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_found billing.adjustment;
  v_state text := case when p_approve then 'posted' else 'rejected' end;
begin
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  select * into v_found from billing.adjustment a where a.portal_id = p_portal_id and a.adjustment_id = p_adjustment_id;
  if not found then
    perform trace.refuse('unknown_adjustment', jsonb_build_object('adjustment_id', p_adjustment_id));
  end if;
  if v_found.state <> 'proposed' then
    if v_found.state <> v_state then
      perform trace.refuse('adjustment_state', jsonb_build_object('state', v_found.state));
    end if;
    return v_found.state;
  end if;
  if coalesce(p_actor, '') = '' or p_approve is null then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_approve"}');
  end if;
  if p_approve and p_actor = v_found.proposed_by then
    perform trace.refuse('four_eyes', jsonb_build_object('proposed_by', v_found.proposed_by));
  end if;
  update billing.adjustment a
     set state = v_state, decided_by = p_actor, decided_at = v_now
   where a.portal_id = p_portal_id and a.adjustment_id = p_adjustment_id
  returning * into v_found;
  if p_approve then
    perform billing.post_adjustment(v_found);
  end if;
  return v_found.state;
end
$$;
comment on function billing.decide_adjustment(uuid, text, uuid, boolean) is
  'Tenant. Approves or rejects a proposed adjustment; a second person approves.';
grant execute on function billing.decide_adjustment(uuid, text, uuid, boolean) to whatsappb24_api;
