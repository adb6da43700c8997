-- What renew_due.sql works on, after setup.sql: a monthly plan of 1 USD that every channel has had for 125 years
-- without a worker, so that each call finds a period of every channel due.
begin;
select billing.publish_plan('bench', '{
  "code": "bench", "names": {"es": "Banco", "en": "Bench", "pt": "Banco"}, "price": "1", "currency": "USD",
  "every": "month", "features": {"send": true}, "trial_days": 0, "grace_days": 5}');
update billing.subscription s
   set plan_id = p.plan_id, state = 'active', period_no = 1, anchor_n = 1, anchor_at = b.began,
       period_starts_at = b.began, period_ends_at = b.began + interval '1 month', due_at = b.began + interval '1 month'
  from billing.plan p, (select date_trunc('month', now()) - interval '1500 months' as began) b
 where p.code = 'bench';
commit;
