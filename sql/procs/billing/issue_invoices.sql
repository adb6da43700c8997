-- Invoices what portals used in the months of their zone that ended a day ago or longer, the oldest first, a month each, at most p_limit in a
-- call: an invoice with a line per kind; none where nothing was used; a credit note where more was given back than used. What was used
-- was prepaid, and its tax stands on the receipts: these documents carry none and name what was paid in the month. Once per
-- month, also after a time without workers. For the worker's round, until it returns 0. One runner at a time, others return 0.
-- Returns how many months it looked at. Locks the issuer's row.
create or replace function billing.issue_invoices(p_limit int default 20) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_due record;
  v_lines jsonb;
  v_total bigint;
  v_document_id uuid;
  v_count int := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('billing.issue_invoices', 0)) then
    return 0;
  end if;
  for v_due in
    select w.portal_id, w.currency, m.month, m.month::timestamp at time zone p.time_zone as starts_at,
           (m.month + interval '1 month') at time zone p.time_zone as ends_at
      from billing.wallet w
      join tenancy.portal p on p.portal_id = w.portal_id
     cross join lateral (
       select coalesce((select max(i.month) + interval '1 month' from billing.invoiced_month i where i.portal_id = w.portal_id),
                       date_trunc('month', w.opened_at at time zone p.time_zone))::date as month) m
     where (m.month + interval '1 month') at time zone p.time_zone <= v_now - interval '1 day'
     order by m.month, w.portal_id
     limit p_limit
  loop
    v_lines := billing.invoice_lines(v_due.portal_id, v_due.starts_at, v_due.ends_at);
    v_total := (select coalesce(sum((l ->> 'amount')::bigint), 0) from jsonb_array_elements(v_lines) l);
    v_document_id := null;
    if v_lines <> '[]' then
      if v_total < 0 then
        v_lines := (select jsonb_agg(l || jsonb_build_object('amount', -(l ->> 'amount')::bigint)) from jsonb_array_elements(v_lines) l);
      end if;
      v_document_id := billing.issue_document(
        v_due.portal_id, case when v_total < 0 then 'credit_note' else 'invoice' end, 'month:' || to_char(v_due.month, 'YYYY-MM'), v_due.currency, 0,
        v_lines, jsonb_build_object('period', jsonb_build_object('month', to_char(v_due.month, 'YYYY-MM'), 'from', v_due.starts_at, 'to', v_due.ends_at),
          'paid', (select jsonb_build_object('total', coalesce(sum(d.total), 0), 'tax', coalesce(sum(d.tax), 0)) from billing.document d
                    where d.portal_id = v_due.portal_id and d.kind = 'receipt' and d.issued_at >= v_due.starts_at and d.issued_at < v_due.ends_at)));
    end if;
    insert into billing.invoiced_month (portal_id, month, document_id) values (v_due.portal_id, v_due.month, v_document_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function billing.issue_invoices(int) is
  'Platform. Invoices what portals used in months that ended, each once; returns how many months it looked at.';
grant execute on function billing.issue_invoices(int) to whatsappb24_worker;
