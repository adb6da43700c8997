-- 100 customers' messages a call, in 1,000 conversations of a portal.
\set n random(1, :wallets)
select count(*) from messaging.receive(bench.incoming(:n, 100));
