-- The numbers that an operator watches: what waits and for how long, what is blocked or quarantined, whether a
-- snapshot is held open elsewhere (it cuts every queue to a third), whether a default partition holds rows.
-- For /metrics. Reads small tables and the catalog; sees other roles' snapshots only where the owner was granted
-- pg_read_all_stats (migrate does where it may). Locks nothing.
create or replace function trace.gauges() returns table (name text, value numeric)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    select 'waiting_' || d.direction, coalesce(sum(l.last_seq - l.done_seq), 0)
      from (values ('in'), ('out')) d(direction)
      left join messaging.lane l on l.direction = d.direction and l.last_seq > l.done_seq
     group by d.direction
    union all
    select 'oldest_due_seconds', coalesce(greatest(extract(epoch from v_now - min(l.next_at)), 0), 0)
      from messaging.lane l where l.next_at <= v_now
    union all
    select 'lanes_paused', count(*) from messaging.lane l where l.paused is not null
    union all
    select 'lanes_blocked', count(*) from messaging.lane l where l.blocked_until is not null
    union all
    select 'attempts_open', count(*) from messaging.attempt a where a.outcome is null
    union all
    select 'notices_waiting', count(*) from messaging.notice
    union all
    select 'receipts_parked', count(*) from messaging.parked_receipt
    union all
    select 'quarantined', count(*) from messaging.quarantined q where q.resolved_at is null
    union all
    select 'channels_attention', count(*) from tenancy.channel c where c.state = 'attention'
    union all
    select 'portals_needing_reauth', count(*) from tenancy.portal p where p.state = 'needs_reauth'
    union all
    select 'ledger_promises_broken', count(*) from billing.broken_promise
    union all
    select 'wallets_frozen', count(*) from billing.wallet w where w.state = 'frozen'
    union all
    select 'money_alerts_waiting', count(*) from billing.alert
    union all
    select 'recharges_open', count(*) from billing.recharge r where r.state = 'open'
    union all
    select 'payment_events_waiting', count(*) from billing.provider_event e where e.due_at < 'infinity' and e.state = 'new'
    union all
    select 'payment_events_oldest_seconds', coalesce(greatest(extract(epoch from v_now - min(e.received_at)), 0), 0)
      from billing.provider_event e where e.due_at < 'infinity' and e.state = 'new'
    union all
    select 'payment_events_unmatched', count(*) from billing.provider_event e where e.state in ('unmatched', 'failed')
    union all
    select 'payments_open', count(*) from billing.payment p where p.ask_at < 'infinity'
    union all
    select 'payments_open_oldest_seconds', coalesce(greatest(extract(epoch from v_now - min(p.opened_at)), 0), 0)
      from billing.payment p where p.ask_at < 'infinity'
    union all
    select 'oldest_snapshot_seconds', coalesce(greatest(max(extract(epoch from v_now - a.xact_start)), 0), 0)
      from pg_catalog.pg_stat_activity a where a.backend_xmin is not null and a.datname = current_database()
    union all
    select 'default_partition_rows',
      (select count(*) from messaging.message_default) + (select count(*) from messaging.receipt_default)
      + (select count(*) from messaging.raw_default) + (select count(*) from trace.log_default);
end
$$;
comment on function trace.gauges() is 'Platform. The numbers that an operator watches, name and value.';
grant execute on function trace.gauges() to whatsappb24_api;
