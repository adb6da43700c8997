-- requirement: R2.1-c, R2.1-d, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select results_eq(
  format($$select user_id, name, is_admin, is_notified from tenancy.people(%L, '1',
    '[{"user_id": "9", "name": "Zoe", "is_active": true}, {"user_id": "7", "name": "Bea", "is_active": true}, {"user_id": "8", "name": "Carlos", "is_active": false}]')$$, :'portal'),
  $$values ('1', 'Ana Admin', true, true), ('7', 'Bea', false, false), ('9', 'Zoe', false, false)$$,
  'the active people by name, and who hears of channels');
select is((select is_active from tenancy.portal_user where user_id = '8'), false, 'that somebody was dismissed is kept');
select is(
  tests.refusal(format($$select tenancy.people(%L, '7', '[{"user_id": "1", "is_active": false}]')$$, :'portal')), 'WB403 permission', 'an agent lists nobody');
select is((select is_active from tenancy.portal_user where user_id = '1'), true, 'and changes nobody');
select * from finish();
rollback;
