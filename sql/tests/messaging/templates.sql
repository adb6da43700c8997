-- requirement: R2.1-c, R2.5-b
begin;
select plan(11);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.create_channel(:'portal', '2', '5215550002222') as other \gset
select tests.sync_templates(:'portal', :'channel', tests.listed(), tests.listed('{"name": "oferta", "category": "MARKETING", "status": "REJECTED"}')) as template \gset
select tests.sync_templates(:'portal', :'other', tests.listed()) as another \gset
create function pg_temp.list(p_actor text default '1', p_more text default '') returns text language plpgsql as $$
declare v text;
begin
  execute format('select coalesce(string_agg(channel_name || '' '' || name, '', ''), ''none'') from messaging.templates((select portal_id from tenancy.portal), %L%s)', p_actor, p_more) into v;
  return v;
end $$;
select is(pg_temp.list(), 'Ventas 1 oferta, Ventas 1 pedido_listo, Ventas 2 pedido_listo', 'by channel and name');
select is(pg_temp.list('1', format(', p_channel_id => %L', :'other')), 'Ventas 2 pedido_listo', 'of one channel');
select is(pg_temp.list('1', ', p_status => ''rejected'''), 'Ventas 1 oferta', 'of one status');
select is(pg_temp.list('1', ', p_category => ''utility'''), 'Ventas 1 pedido_listo, Ventas 2 pedido_listo', 'of one category');
select is(pg_temp.list('1', ', p_text => ''OFERTA'''), 'Ventas 1 oferta', 'by a word');
select is((select row(variables, may_manage, may_send) from messaging.templates(:'portal', '1', p_template_id => :'template')), row('{body.1,body.2}'::text[], true, true), 'an administrator manages and sends');
select is((select row(may_manage, may_send) from messaging.templates(:'portal', '7', p_template_id => :'template')), row(false, true), 'an agent sends');
select is((select may_send from messaging.templates(:'portal', '1', p_status => 'rejected')), false, 'nobody sends what was rejected');
select is(pg_temp.list('key:x'), 'none', 'whoever may see none learns of none');
select tests.pass('1 minute');
select tests.sync_templates(:'portal', :'other', variadic '{}');
select is(pg_temp.list('1', format(', p_channel_id => %L', :'other')), 'none', 'what is gone is out of sight');
select messaging.write_template(:'portal', '1', 'delete', null, :'template');
select is((select task from messaging.templates(:'portal', '1', p_template_id => :'template')), '{"kind": "delete", "failure": null, "is_open": true}', 'a wish under way is shown');
select * from finish();
rollback;
