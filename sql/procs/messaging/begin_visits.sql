-- Dialogs have begun: p_portals and p_conversations side by side. Where a rule of ours keeps the channel's CRM, and the
-- dialog's session is another than the one we know, the conversation is to be looked up (messaging.claim_crm) at once; what
-- is known of the client stays, so that he is not made anew. For settle and note_dialog. Locks the conversations' rows of
-- messaging.crm_client in the order of their key.
create or replace function messaging.begin_visits(p_portals uuid[], p_conversations uuid[]) returns void
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into messaging.crm_client as k (
    portal_id, conversation_id, channel_id, session_id, began_at, state, due_at, changed_at)
  select v.portal_id, v.conversation_id, v.channel_id, v.session_id, v_now, 'due', v_now, v_now
    from unnest(p_portals, p_conversations) u(portal_id, conversation_id)
    join messaging.conversation v on v.portal_id = u.portal_id and v.conversation_id = u.conversation_id
    join tenancy.crm_rule r on r.portal_id = v.portal_id and r.channel_id = v.channel_id and r.becomes <> 'portal'
   where v.session_id is not null
     and not exists (
       select from messaging.crm_client s
        where s.portal_id = v.portal_id and s.conversation_id = v.conversation_id and s.session_id = v.session_id)
   order by v.portal_id, v.conversation_id
  on conflict (portal_id, conversation_id) do update set
    session_id = excluded.session_id, began_at = excluded.began_at, state = 'due', due_at = excluded.due_at, tries = 0,
    failure = null, changed_at = excluded.changed_at,
    -- whoever still carries out a step of the dialog before reports in vain
    token = k.token + 1, lease_until = null,
    known = k.known - array['lead', 'deal', 'made', 'looked', 'responsible', 'linked']
    where k.session_id <> excluded.session_id;
end
$$;
comment on function messaging.begin_visits(uuid[], uuid[]) is
  'Internal. Dialogs have begun: where a rule of ours keeps the CRM, their clients are to be looked up.';
