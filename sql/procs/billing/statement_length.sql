-- How many lines billing.statement() has for the same questions, counted up to p_most: p_most + 1 means more. For who must know
-- beforehand whether a document takes them. Needs billing.view. Raises WB403 permission, WB400 malformed_call. Reads the
-- transfers of the range until it has seen enough; with p_channel_id or p_category their charges too. Locks nothing.
create or replace function billing.statement_length(
  p_portal_id uuid, p_user_id text, p_from timestamptz default null, p_to timestamptz default null, p_channel_id uuid default null,
  p_category text default null, p_most int default 20000)
returns int
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_count int;
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if coalesce(p_most, 0) not between 1 and 1000000 then
    perform trace.refuse('malformed_call', '{"argument": "p_most"}');
  end if;
  select count(*) into v_count
    from (
      select 1
        from billing.transfer t
       cross join lateral (
         select 1 where t.messages is null and p_channel_id is null and p_category is null
         union all
         select 1 from unnest(t.messages) where p_channel_id is null and p_category is null
         union all
         select 1
           from unnest(t.messages) u(message_id)
           join billing.charge c on c.portal_id = t.portal_id and c.message_id = u.message_id
          where (p_channel_id is not null or p_category is not null)
            and (p_channel_id is null or c.channel_id = p_channel_id) and (p_category is null or c.category = p_category)) l
       where t.portal_id = p_portal_id and t.wallet_seq is not null
         and (p_from is null or t.at >= p_from) and (p_to is null or t.at < p_to)
       limit p_most + 1) s;
  return v_count;
end
$$;
comment on function billing.statement_length(uuid, text, timestamptz, timestamptz, uuid, text, int) is
  'Tenant. How many lines a statement has, counted up to a number.';
grant execute on function billing.statement_length(uuid, text, timestamptz, timestamptz, uuid, text, int) to whatsappb24_api;
