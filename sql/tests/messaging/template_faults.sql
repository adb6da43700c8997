-- requirement: R2.1-c
begin;
select plan(31);
create function pg_temp.faults(p_more jsonb) returns text language sql as $$
  select coalesce(string_agg(f.field || ' ' || f.fault || coalesce(' ' || f.most, ''), ', ' order by f.field, f.fault), 'none') from messaging.template_faults(tests.draft(p_more)) f
$$;
select is(pg_temp.faults('{}'), 'none', 'a sound draft');
select is(
  (select string_agg(f.field || ' ' || f.fault, ', ' order by f.field) from messaging.template_faults('{}') f),
  'body required, category unknown, language required, name required, type unknown', 'an empty one names every field');
select is(pg_temp.faults(x), y, y) from (values
  ('{"name": "Mi Cita"}'::jsonb, 'name characters'), (jsonb_build_object('name', repeat('a', 181)), 'name too_long 180'),
  ('{"language": "español"}', 'language unknown'), ('{"category": "AUTHENTICATION"}', 'category unknown'),
  (jsonb_build_object('body', repeat('a', 1025)), 'body too_long 1024'),
  ('{"body": "{{1}} tiene cita el {{2}} aquí."}', 'body variable_at_the_edge'), ('{"body": "Cita de {{1}} el {{2}}"}', 'body variable_at_the_edge'),
  ('{"body": "Cita {{1}} {{2}} lista."}', 'body variables_side_by_side'),
  ('{"body": "Cita {{1}} el {{3}} aquí.", "examples": {"body.1": "a", "body.3": "b"}}', 'body numbering'),
  ('{"body": "Cita de {{nombre}} aquí.", "examples": {"body.nombre": "a"}}', 'body numbering'),
  ('{"examples": {"body.1": "Ana"}}', 'examples.body.2 required'),
  (jsonb_build_object('header', repeat('a', 61)), 'header too_long 60'), ('{"header": "Hola *usted*"}', 'header characters'),
  ('{"header": "{{1}} y {{2}}", "examples": {"body.1": "a", "body.2": "b", "header.1": "c", "header.2": "d"}}', 'header too_many_variables 1'),
  ('{"type": "IMAGE"}', 'media_url required'), ('{"type": "IMAGE", "media_url": "foto.png"}', 'media_url no_address'),
  ('{"type": "IMAGE", "media_url": "https://e.example/f.png", "header": "Hola"}', 'header not_with_media'),
  ('{"footer": "De {{1}}"}', 'footer no_variables'), (jsonb_build_object('footer', repeat('a', 61)), 'footer too_long 60'),
  ('{"buttons": [{"type": "QUICK_REPLY", "text": ""}]}', 'buttons.0.text required'),
  ('{"buttons": [{"type": "QUICK_REPLY", "text": "un texto que es demasiado largo"}]}', 'buttons.0.text too_long 25'),
  ('{"buttons": [{"type": "QUICK_REPLY", "text": "Sí"}, {"type": "QUICK_REPLY", "text": "Sí"}]}', 'buttons.1.text twice'),
  ('{"buttons": [{"type": "URL", "text": "Ver", "url": "tienda"}]}', 'buttons.0.url no_address'),
  ('{"buttons": [{"type": "URL", "text": "Ver", "url": "https://e.example/{{1}}/x"}], "examples": {"body.1": "a", "body.2": "b", "button.0.1": "c"}}', 'buttons.0.url variable_not_at_the_end'),
  ('{"buttons": [{"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "uno"}]}', 'buttons.0.phone_number no_phone'),
  ('{"buttons": [{"type": "FLOW", "text": "Ir"}]}', 'buttons.0.type unknown'),
  ('{"buttons": [{"type": "QUICK_REPLY", "text": "Sí"}, {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+525512345678"}, {"type": "QUICK_REPLY", "text": "No"}]}', 'buttons mixed')) v(x, y);
select is(
  pg_temp.faults(jsonb_build_object('buttons', (select jsonb_agg(jsonb_build_object('type', 'PHONE_NUMBER', 'text', 'Llamar ' || n, 'phone_number', '+525512345678')) from generate_series(1, 11) n))),
  'buttons too_many 10, buttons too_many_phones 1', 'too many buttons');
select is(pg_temp.faults('{"buttons": [{"type": "URL", "text": "Ver", "url": "https://e.example/{{1}}"}, {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+525512345678"}], "examples": {"body.1": "a", "body.2": "b", "button.0.1": "c"}}'),
  'none', 'an address with a variable at its end, and a phone');
select * from finish();
rollback;
