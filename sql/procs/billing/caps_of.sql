-- The spending caps that messages fall under: what is spent in the cap's period (held and captured), and what the rows
-- that are to be held ask for. p_rows: rows of one call. items: which rows fall under the cap. Locks nothing.
create or replace function billing.caps_of(p_rows billing.holding[])
returns table (
  portal_id uuid, scope text, scope_id text, period text, begins date, soft bigint, hard bigint, spent bigint, asked bigint, items int[])
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  return query
    select c.portal_id, c.scope, c.scope_id, c.period, n.begins, c.soft::bigint, c.hard::bigint, s.spent, n.asked, n.items
      from (select distinct r.portal_id, r.spend_day from unnest(p_rows) r where r.outcome = 'held' and r.price > 0) k
      join billing.cap c on c.portal_id = k.portal_id
     cross join lateral (
       select case c.period when 'day' then k.spend_day else date_trunc('month', k.spend_day)::date end as begins,
              sum(r.price)::bigint as asked, array_agg(r.item order by r.item) as items
         from unnest(p_rows) r
        where r.portal_id = c.portal_id and r.outcome = 'held' and r.price > 0
          and c.scope_id = case c.scope when 'portal' then '' when 'channel' then r.channel_id::text when 'user' then r.user_id
                                        else r.robot end) n
     cross join lateral (
       select coalesce(sum(x.spent), 0)::bigint as spent
         from billing.spend x
        where x.portal_id = c.portal_id and x.scope = c.scope and x.scope_id = c.scope_id and x.day >= n.begins
          and x.day <= k.spend_day) s
     where n.asked is not null;
end
$$;
comment on function billing.caps_of(billing.holding[]) is
  'Internal, batch. The caps that messages fall under, with what is spent and asked for.';
