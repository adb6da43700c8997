-- Keeps a call of a robot or of the SMS service, once for each key. p_kind robot: p_request {robot, document, template_id,
-- values, media_url, phone, wait: no | sent | delivered | read, hours: how long to wait at most}; p_answer_sealed: the sealed token that answers its workflow.
-- p_kind sms: {code, channel_id, phone, text, owner}. What is wrong in it is told where it was asked for, so it is kept too.
-- For the doors of robots and SMS, after tenancy.authenticate_event. Returns accepted or duplicate. Raises WB400
-- malformed_call. Locks the new row.
create or replace function messaging.take_automation(
  p_portal_id uuid, p_kind text, p_key text, p_request jsonb, p_answer_sealed bytea default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_hours numeric := 24;
begin
  if coalesce(p_kind, '') not in ('robot', 'sms') or coalesce(p_key, '') = '' or length(p_key) > 200
     or jsonb_typeof(p_request) is distinct from 'object' or (p_kind = 'robot') <> (p_answer_sealed is not null) then
    perform trace.refuse('malformed_call', jsonb_build_object('argument', 'p_request'));
  end if;
  if pg_input_is_valid(p_request ->> 'hours', 'numeric') then
    v_hours := least(greatest((p_request ->> 'hours')::numeric, 1), 168);
  end if;
  insert into messaging.automation (portal_id, automation_id, kind, key, request, answer_sealed, created_at, answer_by, due_at)
  values (p_portal_id, tenancy.new_id(), p_kind, p_key, p_request, p_answer_sealed, v_now, v_now + v_hours * interval '1 hour', v_now)
  on conflict (portal_id, kind, key) do nothing;
  return case when found then 'accepted' else 'duplicate' end;
end
$$;
comment on function messaging.take_automation(uuid, text, text, jsonb, bytea) is
  'Tenant. Keeps a call of a robot or of the SMS service, once for each key: accepted or duplicate.';
grant execute on function messaging.take_automation(uuid, text, text, jsonb, bytea) to whatsappb24_api;
