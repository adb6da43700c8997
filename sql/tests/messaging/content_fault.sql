-- requirement: R2.2-a, R2.4-c
begin;
select plan(21);
create function pg_temp.fault(p_kind text, p_mime text default null, p_size text default null, p_text text default null)
returns text language sql as $$
  select f ->> 'reason' from messaging.content_fault(jsonb_build_object('kind', p_kind, 'text', p_text, 'media', jsonb_build_object(
    'url', 'https://portal.example/~a', 'mime', p_mime, 'size', p_size))) f
$$;

select is(pg_temp.fault('image', 'image/jpeg', '5242880'), null, 'a picture of 5 MB is taken');
select is(pg_temp.fault('image', 'image/jpeg', '5242881'), 'media_too_large', 'one byte more is not');
select is(messaging.content_fault('{"kind": "image", "media": {"url": "https://a/b", "mime": "image/png", "size": "6000000"}}'),
  '{"reason": "media_too_large", "bytes": 6000000, "limit": 5242880, "kind": "image"}'::jsonb, 'and the figures say why');
select is(pg_temp.fault('image', 'IMAGE/PNG; q=1'), null, 'a type is read without its parameters, in any case');
select is(pg_temp.fault('image', 'image/gif'), 'media_type', 'a GIF is no picture for WhatsApp');
select is(messaging.content_fault('{"kind": "sticker", "media": {"url": "https://a/b", "mime": "image/png"}}') -> 'taken',
  '["image/webp"]'::jsonb, 'and the types that are taken are named');
select is(pg_temp.fault('image'), null, 'a type that nobody declared is judged when the file is there');
select is(pg_temp.fault('image', 'application/octet-stream', 'many'), null, 'like a size that is none');
select is(pg_temp.fault('audio', 'audio/flac', '20000000'), null, 'sound that will be converted may be larger');
select is(pg_temp.fault('audio', 'audio/mpeg', '20000000'), 'media_too_large', 'sound that goes as it is may not');
select is(pg_temp.fault('audio', 'video/mp4'), 'media_type', 'a film is no sound');
select is(pg_temp.fault('document', 'application/x-anything', '104857600'), null, 'a document may be of any type');
select is(pg_temp.fault('document', null, '104857601'), 'media_too_large', 'but not of any size');
select is(pg_temp.fault('sticker', 'image/webp', '512000'), null, 'a sticker that moves may have 500 KB');
select is(pg_temp.fault('sticker', 'image/webp', null, 'hola'), 'caption_not_possible', 'but no sticker has a text');
select is(pg_temp.fault('video', 'video/mp4', null, repeat('á', 1024)), null, 'a caption of 1,024 characters fits');
select is(pg_temp.fault('video', 'video/mp4', null, repeat('á', 1025)), 'too_long', 'one more does not');
select is(messaging.content_fault('{"kind": "image", "text": "hola"}') ->> 'field', 'media', 'a picture without a file is none');
select is(messaging.content_fault('{"kind": "document", "media": {"url": "/~a"}}'), null, 'a path of the portal''s is where its file is');
select is(messaging.content_fault('{"kind": "image", "media": {"url": "file:///etc/passwd"}}') ->> 'field', 'media', 'and one at a strange address, too');
select is(pg_temp.fault('order'), 'media_kind', 'nobody can send what only customers send');
select * from finish();
rollback;
