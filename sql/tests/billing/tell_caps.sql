-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select billing.open_wallet(:'portal', 'USD', 'staff');
insert into billing.cap (portal_id, scope, scope_id, period, soft, hard) values (:'portal', 'portal', '', 'day', 5, 9);
create function pg_temp.told(p_portal uuid, p_kind text, p_begins text) returns bigint language plpgsql as $$
begin
  perform billing.tell_caps(p_kind, jsonb_build_array(
    jsonb_build_object('portal_id', p_portal, 'scope', 'portal', 'scope_id', '', 'period', 'day', 'begins', p_begins, 'cap', 5),
    jsonb_build_object('portal_id', p_portal, 'scope', 'portal', 'scope_id', '', 'period', 'day', 'begins', p_begins, 'cap', 5)));
  return (select count(*) from billing.alert);
end $$;
select is(pg_temp.told(:'portal', 'cap_soft', '2026-11-22'), 1::bigint, 'a cap that is reached is told of');
select is(pg_temp.told(:'portal', 'cap_soft', '2026-11-22'), 1::bigint, 'once in its period');
select is(pg_temp.told(:'portal', 'cap_hard', '2026-11-22'), 2::bigint, 'the hard one on its own');
select is(pg_temp.told(:'portal', 'cap_soft', '2026-11-23'), 3::bigint, 'and again in the next period');
select * from finish();
rollback;
