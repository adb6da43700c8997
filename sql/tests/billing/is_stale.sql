-- requirement: R4-c
begin;
select plan(4);
create function pg_temp.stale(p_opened text, p_ends text) returns boolean language sql as $$
  select billing.is_stale(jsonb_populate_record(null::billing.payment, jsonb_build_object('opened_at', p_opened, 'url_expires_at', p_ends)), '2026-11-22 12:00+00')
$$;
select is(pg_temp.stale('2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z'), false, 'a page that has just ended may have been paid');
select is(pg_temp.stale('2026-11-22T10:00:00Z', '2026-11-22T10:59:59Z'), true, 'an hour later nobody can pay it any more');
select is(pg_temp.stale('2026-11-20T12:00:00Z', null), false, 'what has no page waits for two days');
select is(pg_temp.stale('2026-11-20T11:59:59Z', null), true, 'and no longer');
select * from finish();
rollback;
