-- requirement: R2.2-a, R2.4-c
begin;
select plan(17);
create function pg_temp.faults(p_kind text, p_content jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', f.field, f.fault, f.most), ', ' order by f.field, f.fault) from messaging.content_faults(p_kind, p_content) f
$$;
create function pg_temp.list(p_rows int, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('header', 'Tallas', 'text', '¿Cuál?', 'button', 'Ver', 'sections', jsonb_build_array(jsonb_build_object('rows',
    (select jsonb_agg(jsonb_build_object('title', 'Talla ' || n, 'id', 't' || n)) from generate_series(1, p_rows) n)))) || p_more
$$;

select is(pg_temp.faults('location', '{"latitude": 19.43, "longitude": "-99.13", "name": "Centro"}'), null, 'a place is two numbers and perhaps a name');
select is(pg_temp.faults('location', '{"latitude": 91, "longitude": "norte"}'), 'latitude too_far 90, longitude no_number', 'on this earth');
select is(pg_temp.faults('location', '{"latitude": "NaN", "longitude": "-Infinity"}'), 'latitude too_far 90, longitude too_far 180', 'and finite');
select is(pg_temp.faults('location', '[1, 2]'), 'latitude required, longitude required', 'what is no object has nothing');
select is(pg_temp.faults('contact', '{"name": "Ana", "phones": [{"phone": "+52 55 1234 5678"}]}'), null, 'a card has a name and a number');
select is(pg_temp.faults('contact', '{"name": " ", "phones": [{"phone": "mañana"}, 7]}'), 'name required, phones.0.phone no_phone, phones.1.phone no_phone', 'that are ones');
select is(pg_temp.faults('contact', '{"name": "Ana"}'), 'phones required', 'or an address');
select is(pg_temp.faults('reaction', '{"emoji": "👍🏽"}') || pg_temp.faults('reaction', '{"emoji": ""}'), null, 'a reaction is an emoji, or nothing');
select is(pg_temp.faults('reaction', '{"emoji": "ok"}'), 'emoji no_emoji', 'no word');
select is(pg_temp.faults('buttons', '{"text": "¿Sí?", "buttons": [{"title": "Sí", "id": "si"}, {"title": "No", "id": "no"}]}'), null, 'buttons have a text above them');
select is(pg_temp.faults('buttons', '{"text": "", "header": "h", "buttons": [{"title": "Sí", "id": "a"}, {"title": "Sí", "id": "a"}, {"title": "Un título demasiado largo", "id": ""}, {"title": "4", "id": "4"}]}'),
  'buttons too_many 3, buttons.1.id twice, buttons.1.title twice, buttons.2.id required, buttons.2.title too_long 20, text required', 'are three, short, and each another one');
select is(pg_temp.faults('buttons', '{"text": "¿Sí?"}'), 'buttons required', 'and there are some');
select is(pg_temp.faults('list', pg_temp.list(10)), null, 'a list has ten rows');
select is(pg_temp.faults('list', pg_temp.list(11)), 'sections too_many_rows 10', 'not eleven');
select is(pg_temp.faults('list', pg_temp.list(1, '{"header": "", "button": "Un botón demasiado largo"}')), 'button too_long 20, header required', 'a header, and a button that opens it');
select is(pg_temp.faults('list', pg_temp.list(1, '{"sections": [{"rows": []}, {"title": "B", "rows": [{"title": "Uno", "id": "1", "description": "d"}]}]}')),
  'sections.0.rows required, sections.0.title required', 'sections have rows, and titles where there are several');
select is(pg_temp.faults('list', pg_temp.list(1, '{"sections": {"rows": 1}}')), 'sections required', 'what is no list of sections has none');
select * from finish();
rollback;
