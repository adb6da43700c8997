-- What waits is claimed and settled, 500 at a time from any portal, until nothing is left (then every call is empty).
select coalesce(jsonb_agg(jsonb_build_object('portal_id', portal_id, 'message_id', message_id, 'number', number)), '[]') as claimed
  from messaging.claim('in', (select array_agg(portal_id) from bench.portal), 50, 500) \gset
select count(*) from messaging.settle(bench.settled(:claimed::jsonb));
