-- requirement: R2.3-c, R2.4-c
begin;
select plan(1);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('ana@example.com') as ana \gset
select tenancy.note_staff(:'ana', 'left', 'cli', '{"a": 1}', '{"a": 2}');
select results_eq('select actor, before, after, changed_at from tenancy.staff_change where event = ''left''',
  $$values ('cli', '{"a": 1}'::jsonb, '{"a": 2}'::jsonb, '2026-11-22 12:00+00'::timestamptz)$$, 'who, what, when, both sides');
select * from finish();
rollback;
