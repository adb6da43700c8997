-- Makes the renewals of a portal that wait for money due at once, and locks those that a repeating top-up may renew. For whoever
-- credits its wallet, before the wallet is touched (subscriptions are locked before wallets, and never their keys: the foreign keys of
-- schedules and reservations, written under the wallet, wait for nobody). Returns how many. Locks the subscriptions in the order of
-- their key.
create or replace function billing.wake_subscriptions(p_portal_id uuid) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  perform 1 from billing.subscription s
   where s.portal_id = p_portal_id
     and (s.state in ('grace', 'suspended')
          or exists (select from billing.payment_schedule c where c.portal_id = s.portal_id and c.channel_id = s.channel_id))
   order by s.portal_id, s.channel_id
     for no key update;
  update billing.subscription s set due_at = least(s.due_at, v_now)
   where s.portal_id = p_portal_id and s.state in ('grace', 'suspended');
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function billing.wake_subscriptions(uuid) is
  'Internal. Makes a portal''s renewals that wait for money due at once; called before its wallet is credited.';
