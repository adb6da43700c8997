-- requirement: R2.1-c
begin;
select plan(10);
create function pg_temp.t(p_more jsonb default '{}') returns messaging.template language sql as $$
  select jsonb_populate_record(null::messaging.template, jsonb_build_object(
    'category', 'utility', 'type', 'TEXT', 'header', 'Pedido {{1}}', 'body', 'Hola {{1}}, llega el {{2}}. Gracias {{1}}.', 'footer', 'Tienda', 'buttons', '[]'::jsonb) || p_more)
$$;
select messaging.fill_template(pg_temp.t(), '{"header.1": "A-7", "body.1": "Ana", "body.2": "lunes"}', null) as full \gset
select is(:'full'::jsonb ->> 'text', 'Hola Ana, llega el lunes. Gracias Ana.', 'every place of a variable is filled');
select is(:'full'::jsonb ->> 'header', 'Pedido A-7', 'the header has variables of its own');
select is(:'full'::jsonb -> 'params', '["A-7", "Ana", "lunes"]', 'parameters in the order of their variables');
select is(:'full'::jsonb -> 'missing', '[]', 'nothing is missing');
select is(messaging.fill_template(pg_temp.t(), '{"header.1": "A-7", "body.1": "  ", "body.3": "x"}', null) -> 'missing', '["body.1", "body.2"]', 'blank is missing, unknown is ignored');
select is(messaging.fill_template(pg_temp.t(), '{"body.1": "a\\1 \\& $1"}', null) ->> 'text', 'Hola a\1 \& $1, llega el {{2}}. Gracias a\1 \& $1.', 'a value is taken literally');
select is(messaging.fill_template(pg_temp.t(), '{"body.1": "dos\nlíneas\ty   más"}', null) -> 'params' ->> 1, 'dos líneas y más', 'WhatsApp takes no line breaks in a value');
select is(messaging.fill_template(pg_temp.t(), '[]', null) -> 'missing', '["header.1", "body.1", "body.2"]', 'values that are no object are none');
select is(
  array(select messaging.fill_template(pg_temp.t('{"type": "IMAGE"}'), '{}', u) ->> 'media' from unnest(array[null, 'foto.png', 'https://e.example/foto.png']) u),
  '{true,true,false}', 'a file needs an address');
select is(messaging.fill_template(pg_temp.t('{"category": "authentication", "header": null, "body": "{{1}} es su código."}'), '{"body.1": "123"}', null) -> 'params',
  '["123", "123"]', 'the code stands in the button too');
select * from finish();
rollback;
