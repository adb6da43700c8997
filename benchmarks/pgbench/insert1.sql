-- The baseline: one row, one commit. Every other figure is a ratio to this one, measured beside it.
insert into bench.insert1 (v) values ('x');
