-- Releases holds whose time is over, the oldest first, at most p_limit; except of messages whose outcome is unknown,
-- however many they are. For the worker's daily round. One runner at a time. Returns how many. Locks the charges in
-- the order of their key, then the wallets.
create or replace function billing.expire_holds(p_limit int default 1000) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_items jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.expire_holds', 0));
  select coalesce(jsonb_agg(jsonb_build_object('portal_id', c.portal_id, 'message_id', c.message_id, 'event', 'release')), '[]')
    into v_items
    from (
      select x.portal_id, x.message_id
        from billing.charge x
        left join messaging.message m on m.portal_id = x.portal_id and m.message_id = x.message_id
       where x.state = 'held' and x.hold_until <= v_now and m.state is distinct from 'unknown'
       order by x.hold_until
       limit p_limit) c;
  return billing.move_charges(v_items);
end
$$;
comment on function billing.expire_holds(int) is
  'Platform. Releases holds whose time is over, except of unknown messages; returns how many.';
grant execute on function billing.expire_holds(int) to whatsappb24_worker;
