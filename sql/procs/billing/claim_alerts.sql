-- Claims what portals' people are to be told of their money, for p_lease: who claims it tells the people (those whom the
-- portal chose, tenancy.configure_portal) and settles it, otherwise it is due again. For the worker. Passes over what
-- others hold. What is told of a subscription and is not so any more is dropped instead. Beside the portal's people the customer's
-- contacts get it by mail (but for caps, which are the portal's own business). currency: the wallet's, or the alert's own. Locks the alerts.
create or replace function billing.claim_alerts(p_limit int default 100, p_lease interval default '1 minute')
returns table (
  portal_id uuid, alert_id uuid, token bigint, tries int, kind text, detail jsonb, at timestamptz, currency text, language text,
  people text[])
language plpgsql security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  delete from billing.alert a
   using (
     select x.portal_id, x.alert_id
       from billing.alert x
      where x.due_at <= v_now and x.while_state is not null
        and not exists (
          select from billing.subscription s
           where s.portal_id = x.portal_id and s.channel_id = x.channel_id and s.state = x.while_state
             and (x.kind <> 'trial_ends' or not s.cancels_at_end))
      order by x.due_at limit p_limit
        for update skip locked) k
   where a.portal_id = k.portal_id and a.alert_id = k.alert_id;
  return query
    with c as (
      update billing.alert a
         set due_at = v_now + p_lease, token = a.token + 1, tries = a.tries + 1
        from (select x.portal_id, x.alert_id from billing.alert x where x.due_at <= v_now order by x.due_at limit p_limit
                 for update skip locked) k
        join tenancy.portal p on p.portal_id = k.portal_id
        left join billing.wallet w on w.portal_id = k.portal_id
       where a.portal_id = k.portal_id and a.alert_id = k.alert_id
      returning a.*, w.currency, p.language, p.notify),
    mailed as (
      -- Only now it is known that it is still so; what is claimed again is in the outbox already.
      insert into billing.mail (portal_id, mail_id, key, kind, detail, at, expires_at, due_at)
      select c.portal_id, tenancy.new_id(), 'alert:' || c.alert_id, c.kind, c.detail, c.at, c.at + interval '1 day', v_now
        from c
       where c.kind not in ('cap_soft', 'cap_hard')
       order by c.portal_id, c.alert_id
      on conflict on constraint mail_portal_id_key_key do nothing)
    select c.portal_id, c.alert_id, c.token, c.tries, c.kind, c.detail, c.at, coalesce(c.currency, c.detail ->> 'currency'), c.language, c.notify
      from c;
end
$$;
comment on function billing.claim_alerts(int, interval) is
  'Platform. Claims what people are to be told of their money, for a lease.';
grant execute on function billing.claim_alerts(int, interval) to whatsappb24_worker;
