-- 100 log entries a call, with the asynchronous commit that the role of the log has.
\set n random(1, :wallets)
set synchronous_commit = off;
select trace.write(bench.exchanges(:n, 100));
