-- What is known of a client after a step was done (p_item as in settle_crm): after a look what the CRM named, after an add its
-- id, that it is ours, and that the chat leads to it. Locks nothing.
create or replace function messaging.learn_crm(p_client messaging.crm_client, p_item jsonb) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_known jsonb := p_client.known;
  v_kind text := p_item ->> 'kind';
begin
  case p_item ->> 'step'
    when 'look' then
      return messaging.choose_crm(p_client, coalesce(p_item -> 'facts', '{}'));
    when 'add' then
      return v_known || jsonb_build_object(v_kind, p_item -> 'id', 'made', coalesce(v_known -> 'made', '[]') || to_jsonb(v_kind))
        || case when v_kind in ('contact', 'lead') then '{"linked": true}'::jsonb else '{}' end;
    when 'link' then
      return v_known || '{"linked": true}';
    when 'assign' then
      return v_known || jsonb_build_object('responsible', p_item ->> 'user_id');
    else
      return v_known;
  end case;
end
$$;
comment on function messaging.learn_crm(messaging.crm_client, jsonb) is
  'Internal. What is known of a client in the CRM after a step was done.';
