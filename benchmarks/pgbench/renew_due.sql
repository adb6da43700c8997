-- 64 renewals a call, a period of each channel (setup_renewals.sql). One runner at a time, as in service: -c 1.
-- Fails (division by zero) when fewer are due: then set it up again.
select 64 / (billing.renew_due(64) / 64) as renewed;
