-- The story of one message by its id at Gupshup, as the panel asks for it.
\set n random(1, :sent)
select count(*) from bench.sent s join bench.portal p on p.n = s.portal
 cross join lateral trace.timeline(p.portal_id, '1', s.gs) where s.n = :n;
