-- requirement: R2.3-c, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_staff('  Ana@Example.com ', 'owner', ' Ana ') as ana \gset
select results_eq('select email, name, role, state from tenancy.staff', $$values ('ana@example.com', 'Ana', 'owner', 'active')$$,
  'a person of the staff, his address in small letters');
select results_eq('select staff_id, event, actor, after ->> ''role'' from tenancy.staff_change',
  format('values (%L::uuid, ''added'', ''cli'', ''owner'')', :'ana'), 'and that he was added, and by whom');
select is(tests.refusal($$select tests.create_staff('ANA@example.com')$$), 'WB409 staff_exists', 'an address is one person''s');
select is(tests.refusal_detail($$select tests.create_staff('ana')$$) ->> 'field', 'email', 'an address has an @');
select is(tests.refusal_detail($$select tests.create_staff('bea@example.com', 'king')$$) ->> 'field', 'role', 'a role is one of the list');
select is(tests.refusal_detail($$select tenancy.add_staff('cli', '{"email": "bea@example.com", "name": "Bea", "role": "owner"}')$$) ->> 'field',
  'language', 'nothing may be missing');
select is(tests.refusal($$select tenancy.add_staff('', '{"email": "b@example.com", "name": "Bea", "role": "owner", "language": "es"}')$$),
  'WB400 malformed_item', 'somebody adds');
select * from finish();
rollback;
