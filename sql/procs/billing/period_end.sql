-- When the n-th period after an anchor ends, in a time zone. Counted from the anchor, never from the period before, so
-- that nothing drifts: from the 31st of January monthly: 28 February, 31 March, 30 April; from a 29 February yearly: the
-- 28th, and the 29th in leap years. The time of day is the anchor's on the local clock; one that a change of the clock
-- leaves out or repeats is the instant that PostgreSQL gives it.
create or replace function billing.period_end(p_anchor_at timestamptz, p_zone text, p_every text, p_n int) returns timestamptz
language sql immutable
set search_path = ''
as $$
  select ((p_anchor_at at time zone p_zone) + p_n * case p_every when 'year' then interval '1 year' else interval '1 month' end)
    at time zone p_zone
$$;
comment on function billing.period_end(timestamptz, text, text, int) is
  'Internal. The end of the n-th month or year after an anchor, in a time zone, without drift.';
