-- requirement: R2.5-a, R2.4-c
begin;
select plan(8);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as ventas \gset
select tests.create_channel(:'portal', '2', '5215550002222') as soporte \gset
select tests.create_portal('b223') as other_portal \gset
select tests.create_channel(:'other_portal') as foreign_channel \gset

select is(tenancy.line_removed(:'portal', '1', 'other_app'), 0, 'another application''s connector is none of ours');
select is(tenancy.line_removed(:'portal', '1', 'wab24'), 1, 'the portal took our connector off a line');
select is(
  (select row(state, state_reason) from tenancy.channel where channel_id = :'ventas'), row('disconnected'::text, 'line_removed'::text),
  'its channel is disconnected and says why');
select is(
  (select row(actor, event) from tenancy.channel_history where channel_id = :'ventas' and to_state = 'disconnected'),
  row('bitrix24'::text, 'disconnect'::text), 'and who did it');
select is(tenancy.line_removed(:'portal', '1', 'wab24'), 0, 'the echo of a disconnection changes nothing');
select is(
  (select array_agg(state order by channel_id) from tenancy.channel where channel_id in (:'soporte', :'foreign_channel')),
  array['active', 'active'], 'other lines and other portals go on');
select tenancy.change_channel(:'portal', :'soporte', 'pause', null, '1');
select is(tenancy.line_removed(:'portal', '2'), 1, 'a line that is gone concerns any connector, paused or not');
select is(tenancy.line_removed(:'portal', 'x'), 0, 'a line that never was concerns nobody');
select * from finish();
rollback;
