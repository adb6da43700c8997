-- requirement: R2.3-c, R2.4-c
begin;
select plan(1);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('bea@example.com', 'billing') as bea \gset
select tests.create_staff('zoe@example.com', 'support') as zoe \gset
select tests.enters(tests.create_staff('ana@example.com'), 'ana') \g /dev/null
select tenancy.change_staff('cli', :'bea', '{"state": "disabled"}');
select results_eq('select name, role, state, sessions, seen_at from tenancy.list_staff()',
  $$values ('Ana', 'owner', 'active', 1, '2026-11-22 12:00+00'::timestamptz), ('Zoe', 'support', 'active', 0, null), ('Bea', 'billing', 'disabled', 0, null)$$,
  'the active ones first, by name; when each was last here');
select * from finish();
rollback;
