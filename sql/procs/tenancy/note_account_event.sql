-- Takes the facts out of an account event that Gupshup sent (contracts/gupshup.md §4.7): a new tier, a display name,
-- the account's status. The key names of tier events are not certain, so each known spelling is tried; what is not
-- understood changes nothing (the event itself is kept by messaging.record_events). Locks the fact rows.
create or replace function tenancy.note_account_event(p_portal_id uuid, p_channel_id uuid, p_what text, p_payload jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_limit text := coalesce(p_payload ->> 'newTier', p_payload ->> 'currentLimit', p_payload ->> 'newLimit', p_payload ->> 'currentTier');
begin
  perform tenancy.keep_facts(p_portal_id, p_channel_id, jsonb_build_array(
    case when p_what = 'tier-event' and v_limit ~ '^[A-Z0-9_]{1,40}$' then
      jsonb_build_object('fact', 'messaging_limit', 'value', jsonb_build_object('text', v_limit)) end,
    case when p_what = 'tier-event' and p_payload ->> 'phoneQuality' in ('GREEN', 'YELLOW', 'RED', 'UNKNOWN') then
      jsonb_build_object('fact', 'quality', 'value', jsonb_build_object('text', p_payload ->> 'phoneQuality')) end,
    case when p_what = 'pndn-event' and p_payload ->> 'displayName' <> '' then
      jsonb_build_object('fact', 'display_name', 'value', jsonb_build_object('text', left(p_payload ->> 'displayName', 200))) end,
    case when p_what = 'status-event' and p_payload ->> 'status' ~ '^ACCOUNT_[A-Z_]{1,40}$' then
      jsonb_build_object('fact', 'account_status', 'value', jsonb_strip_nulls(jsonb_build_object(
        'account', case p_payload ->> 'status' when 'ACCOUNT_VERIFIED' then 'ACTIVE' else p_payload ->> 'status' end,
        'error', left(p_payload ->> 'reason', 300)))) end));
end
$$;
comment on function tenancy.note_account_event(uuid, uuid, text, jsonb) is
  'Internal. Keeps the tier, display name or status that an account event tells.';
