-- requirement: R2.1-a, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal('aaaa') as portal \gset
select tests.create_channel(:'portal') as channel \gset
select tests.customer_writes(:'portal', :'channel') as one \gset
select tests.pass('1 second');
select tests.submitted(:'portal', 'dos', '101') as two \gset
select tenancy.note_users(:'portal', '[{"user_id": "7", "name": "Rosa Quispe", "is_active": true}]') \g /dev/null
select tests.create_portal('bbbb') as other \gset

select is((select string_agg(concat_ws(' ', channel_name, contact_name, phone, coalesce(author_name, '-'), text, state), ', ')
             from messaging.message_rows(:'portal', array[:'one', :'two']::uuid[])),
  'Ventas 1 Carla 5215551234567 Rosa Quispe dos queued, Ventas 1 Carla 5215551234567 - Hola queued', 'newest first, with the names of channel, customer and author');
update messaging.message set payload = payload || '{"author_name": "Rosa"}', media = '{"url": "https://x.example/f", "name": "a.pdf"}' where message_id = :'two';
select is((select author_name from messaging.message_rows(:'portal', array[:'two']::uuid[])), 'Rosa', 'the name that came with the message speaks first');
select is((select media from messaging.message_rows(:'portal', array[:'two']::uuid[])), '{"name": "a.pdf"}'::jsonb, 'a file''s address stays here');
select is((select count(*) from messaging.message_rows(:'other', array[:'one', :'two']::uuid[])), 0::bigint, 'another portal has none of them');
select * from finish();
rollback;
