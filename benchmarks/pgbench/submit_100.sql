-- 100 messages of operators a call, with the hold. They pile up: measured last, on a database that is thrown away.
\set n 1 + :client_id
select count(*) from messaging.submit(bench.outgoing(:n, 100));
