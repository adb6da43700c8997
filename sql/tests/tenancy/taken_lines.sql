-- requirement: R2.1-b, R2.4-c
begin;
select plan(3);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as first \gset
select tests.create_channel(:'portal', '2', '5215550002222') as second \gset
select tests.create_channel(tests.create_portal('b223'), '3');
select results_eq(
  format('select line_id, channel_id, name from tenancy.taken_lines(%L)', :'portal'),
  format($$values ('1', %L::uuid, 'Ventas 1'), ('2', %L, 'Ventas 2')$$, :'first', :'second'), 'each line with its channel, the portal''s own only');
select tenancy.change_channel(:'portal', :'second', 'pause', null, '1');
select is((select count(*) from tenancy.taken_lines(:'portal')), 2::bigint, 'a paused channel keeps its line');
select tenancy.change_channel(:'portal', :'second', 'disconnect', null, '1');
select is((select count(*) from tenancy.taken_lines(:'portal')), 1::bigint, 'a disconnected one has left it');
select * from finish();
rollback;
