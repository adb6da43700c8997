-- 100 receipts a call of messages that were sent: sent, then delivered, then read, with the ticks that they cause.
select count(*) from messaging.apply_receipts(bench.receipts(100));
