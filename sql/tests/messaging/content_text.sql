-- requirement: R2.2-a, R2.4-c
begin;
select plan(6);
select is(messaging.content_text('location', '{"latitude": 19.4, "longitude": -99.1, "name": "Centro"}'), E'Centro\n19.4, -99.1', 'a place is read by its name and its degrees');
select is(messaging.content_text('contact', '{"name": "Ana Paz", "phones": [{"phone": "+52 55"}, {"phone": "+52 56"}]}'), 'Ana Paz +52 55 +52 56', 'a card by name and numbers');
select is(messaging.content_text('reaction', '{"emoji": "👍"}'), '👍', 'a reaction is what it is');
select is(messaging.content_text('buttons', '{"text": "¿Sí?", "footer": "Gracias", "buttons": [{"title": "Sí", "id": "1"}, {"title": "No", "id": "2"}]}'),
  E'¿Sí?\nGracias\n▸ Sí\n▸ No', 'buttons stand below their text');
select is(messaging.content_text('list', '{"header": "Tallas", "text": "¿Cuál?", "sections": [{"rows": [{"title": "M"}]}, {"rows": [{"title": "L"}, {"title": "S"}]}]}'),
  E'Tallas\n¿Cuál?\n▸ M\n▸ L\n▸ S', 'so do the rows of a list, in order');
select is(messaging.content_text('text', '{"text": "hola"}'), null, 'a text is none of these');
select * from finish();
rollback;
