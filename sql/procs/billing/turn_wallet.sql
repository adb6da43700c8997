-- Turns a wallet to a state (frozen, open) and writes down who did it and why: what billing.freeze_wallet() and
-- billing.unfreeze_wallet() share. Again it changes nothing. Raises WB400 malformed_call without actor or reason, WB404
-- no_wallet. Locks the wallet.
create or replace function billing.turn_wallet(p_portal_id uuid, p_state text, p_actor text, p_reason text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  if coalesce(p_actor, '') = '' or coalesce(p_reason, '') = '' then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', case when coalesce(p_actor, '') = '' then 'p_actor' else 'p_reason' end));
  end if;
  if not exists (select from billing.wallet w where w.portal_id = p_portal_id) then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  update billing.wallet w
     set state = p_state, state_reason = case p_state when 'frozen' then p_reason end
   where w.portal_id = p_portal_id and w.state <> p_state;
  if found then
    insert into billing.wallet_change (portal_id, change_id, event, actor, reason, at)
    values (p_portal_id, tenancy.new_id(), case p_state when 'frozen' then 'frozen' else 'unfrozen' end, p_actor, p_reason, v_now);
  end if;
end
$$;
comment on function billing.turn_wallet(uuid, text, text, text) is
  'Internal. Turns a wallet to frozen or open, once, with who did it and why.';
