-- requirement: R2.1-d, R2.4-c
begin;
select plan(13);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.refused(p_settings jsonb, p_actor text default '1') returns text language sql as $$
  select tests.refusal(format('select tenancy.configure_portal(%L, %L, %L)', portal_id, p_actor, p_settings)) from tenancy.portal
$$;
update tenancy.portal set repair_at = tenancy.now() + interval '6 hours';

select tenancy.configure_portal(:'portal', '1', '{"language": "pt"}');
select is((select row(language, connector_name, notify) from tenancy.portal), row('pt'::text, null::text, array['1']), 'what is named is changed, the rest stays');
select is((select repair_at from tenancy.portal), tenancy.now() + interval '6 hours', 'the portal need not hear of it');
select tenancy.configure_portal(:'portal', '1', '{"connector_name": " WhatsApp Acme "}');
select is((select connector_name from tenancy.portal), 'WhatsApp Acme', 'the connector has another name');
select is((select repair_at from tenancy.portal), tenancy.now(), 'which is registered in the portal at once');
select is((select connector_name from tenancy.claim_repairs()), 'WhatsApp Acme', 'by the repair, which knows it');
update tenancy.portal set repair_at = tenancy.now() + interval '6 hours';
select tenancy.configure_portal(:'portal', '1', '{"connector_name": "WhatsApp Acme"}');
select is((select repair_at from tenancy.portal), tenancy.now() + interval '6 hours', 'the same name again is no change');
select tenancy.configure_portal(:'portal', '1', '{"connector_name": ""}');
select is((select connector_name from tenancy.portal), null, 'without a name it has the application''s');
select tenancy.configure_portal(:'portal', '1', '{"notify": ["9", "7", "9"]}');
select is((select notify from tenancy.portal), array['7', '9'], 'who is to hear of channels is replaced, each once');
select tenancy.configure_portal(:'portal', '1', '{"notify": []}');
select is((select notify from tenancy.portal), '{}', 'it may be nobody');

select set_eq(
  $$select pg_temp.refused(s) from (values ('{"language": "fr"}'::jsonb), ('{"notify": "7"}'), ('{"notify": ["admin"]}'), ('{"notify": [null]}'),
      (jsonb_build_object('connector_name', repeat('x', 101)))) v(s)$$,
  array['WB400 malformed_item'], 'what is none of it is refused');
select is(pg_temp.refused('{"language": "en"}', '7'), 'WB403 permission', 'an agent changes nothing');
select is((select row(language, notify) from tenancy.portal), row('pt'::text, '{}'::text[]), 'and nothing of a refused call is kept');
select is(tests.refusal($$select tenancy.configure_portal(gen_random_uuid(), '1', '{}')$$), 'WB403 permission', 'a portal that is not there has no administrator');
select * from finish();
rollback;
