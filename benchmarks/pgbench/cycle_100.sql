-- 100 messages of an operator: submit (with the hold), claim, settle (with the capture), a commit each. A portal per client.
\set n 1 + :client_id
select count(*) from messaging.submit(bench.outgoing(:n, 100));
select coalesce(jsonb_agg(jsonb_build_object('portal_id', portal_id, 'message_id', message_id, 'number', number)), '[]') as claimed
  from messaging.claim('out', array[bench.portal_id(:n)], 100, 100) \gset
select count(*) from messaging.settle(bench.settled(:claimed::jsonb));
