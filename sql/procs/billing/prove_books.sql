-- Verifies all books and keeps what is wrong, one example per portal and promise, until it holds again; gauges count it.
-- For the worker's round. One runner at a time. Returns how many promises are broken.
create or replace function billing.prove_books() returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_count int;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.prove_books', 0));
  insert into billing.broken_promise as b (portal_id, promise, found, first_at, last_at)
  select distinct on (v.portal_id, v.promise) v.portal_id, v.promise, v.found, v_now, v_now
    from billing.verify() v
   order by v.portal_id, v.promise
  on conflict (portal_id, promise) do update set found = excluded.found, last_at = excluded.last_at;
  get diagnostics v_count = row_count;
  delete from billing.broken_promise b where b.last_at < v_now;
  return v_count;
end
$$;
comment on function billing.prove_books() is
  'Platform. Verifies all books and keeps what is wrong; returns how many promises are broken.';
grant execute on function billing.prove_books() to whatsappb24_worker;
