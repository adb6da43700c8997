-- 100 priced messages: their money is held in one call and captured in the next.
\set n random(1, :wallets)
select bench.charges(:n, 100) as items \gset
select count(*) from billing.hold(:items::jsonb);
select billing.move_charges(:items::jsonb);
