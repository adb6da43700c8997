-- 1 debit a call, each once per its key, on one of 64 wallets (-D wallets=1: one hot wallet).
\set n random(1, :wallets)
select count(*) from billing.debit(bench.debits(:n, 1));
