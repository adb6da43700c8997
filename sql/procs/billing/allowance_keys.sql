-- Which allowance of one kind each item may use: its key in billing.allowance and how many are free in all.
-- For billing.take_allowances() and billing.quote(). Items that cost nothing or may use none are left out.
create or replace function billing.allowance_keys(p_kind text, p_rows billing.pricing[])
returns table (item int, portal_id uuid, channel_id uuid, period text, direction text, category text, country text, free_limit int)
language sql immutable
set search_path = ''
as $$
  select r.item, r.portal_id, r.channel_id,
         case p_kind when 'free' then r.free_period else r.included_period end,
         r.direction,
         case p_kind when 'free' then r.category else '*' end,
         case p_kind when 'free' then r.rate_country else '*' end,
         case p_kind when 'free' then r.free_limit else r.included_limit end
    from unnest(p_rows) r
   where r.price > 0 and r.channel_id is not null
     and case p_kind when 'free' then r.free_limit else r.included_limit end > 0
$$;
comment on function billing.allowance_keys(text, billing.pricing[]) is
  'Internal, batch. The allowance (free, included) that each item may use, and its limit.';
