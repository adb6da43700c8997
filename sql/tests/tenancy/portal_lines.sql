-- requirement: R2.1-c, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select name as channel from tenancy.channel where channel_id = :'ventas' \gset
select tenancy.keep_directory(:'portal', '{
  "people": [{"user_id": "1", "name": "Ana Admin", "is_active": true}, {"user_id": "7", "name": "Olga", "is_active": true}],
  "lines": [{"line_id": "1", "name": "Ventas", "is_active": true, "operators": ["7", "55"]}, {"line_id": "2", "name": "Soporte", "is_active": false, "operators": []}]}') \g /dev/null
select results_eq(format('select name, is_active, channels from tenancy.portal_lines(%L, ''1'')', :'portal'),
  format($$values ('Soporte', false, '{}'::text[]), ('Ventas', true, array[%L])$$, :'channel'), 'lines by name, each with the channels that it serves');
select is((select operators from tenancy.portal_lines(:'portal', '1') where line_id = '1'),
  '[{"user_id": "7", "name": "Olga"}, {"user_id": "55", "name": null}]', 'and who is in its queue, also who is not known by name');
select tests.pass('1 day');
select tenancy.keep_directory(:'portal', '{"lines": []}') \g /dev/null
select results_eq(format('select name, has_vanished from tenancy.portal_lines(%L, ''1'')', :'portal'), $$values ('Ventas', true)$$, 'one that vanished is shown while a channel has it');
select tests.create_portal('b223') as other \gset
select is_empty(format('select from tenancy.portal_lines(%L, ''1'')', :'other'), 'another portal has none of them');
select is(tests.refusal(format('select tenancy.portal_lines(%L, ''7'')', :'portal')), 'WB403 permission', 'only who gives roles sees them');
select * from finish();
rollback;
