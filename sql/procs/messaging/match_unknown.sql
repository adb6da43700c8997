-- Lets parked receipts settle an unknown send, where they can only mean that one (messaging.explain_unknown), and its charge
-- with it. Returns the message's id or null. Locks lane -> alias -> message -> charge -> wallet.
create or replace function messaging.match_unknown(p_portal_id uuid, p_channel_id uuid, p_destination text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_explained jsonb := messaging.explain_unknown(p_portal_id, p_channel_id, p_destination);
begin
  perform messaging.charge_moves(v_explained -> 'moves');
  return (v_explained ->> 'message_id')::uuid;
end
$$;
comment on function messaging.match_unknown(uuid, uuid, text) is
  'Tenant. Settles an unknown send by parked receipts where they can only mean that one; returns its id or null.';
