-- requirement: R2.1-c
begin;
select plan(6);
select is(messaging.template_variables(null, 'Sin variables', '[]'), '{}', 'a plain text has none');
select is(
  messaging.template_variables('Hola {{1}}', 'Pedido {{1}} de {{2}}', '[{"type": "QUICK_REPLY", "text": "Sí"}, {"type": "URL", "url": "https://e.example/{{1}}"}]'),
  '{header.1,body.1,body.2,button.1.1}', 'header, body and buttons, in the order of their values');
select is(messaging.template_variables(null, '{{2}} antes que {{1}}', null), '{body.2,body.1}', 'in the order in which they stand');
select is(messaging.template_variables(null, '{{1}} y otra vez {{ 1 }}', '[]'), '{body.1}', 'one that stands twice is asked for once');
select is(messaging.template_variables(null, 'Hola {{nombre}}', '[]'), '{body.nombre}', 'names are variables too');
select is(messaging.template_variables(null, 'Llaves {1} {{}} {{ }} {{1', '"x"'), '{}', 'what is no placeholder is text');
select * from finish();
rollback;
