-- Where Gupshup's word and our charges disagree, newest message first; p_from, p_to: the messages' instants; p_kind: one kind only.
-- p_after: the cursor of the last one seen; p_limit at most 500. Needs billing.view. said and charged as in billing.difference
-- (price in millionths of its currency). Raises WB403 permission, WB400 malformed_call. Locks nothing.
create or replace function billing.differences(
  p_portal_id uuid, p_user_id text, p_from timestamptz default null, p_to timestamptz default null, p_kind text default null,
  p_after text default null, p_limit int default 50)
returns table (
  cursor text, difference_id uuid, kind text, at timestamptz, message_id uuid, channel_id uuid, said jsonb, charged jsonb, found_at timestamptz)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_at timestamptz := 'infinity';
  v_id uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  if coalesce(p_limit, 0) not between 1 and 500
     or p_after is not null and not (p_after ~ '^[0-9]{1,16}/[0-9a-f-]{36}$' and pg_input_is_valid(split_part(p_after, '/', 2), 'uuid')) then
    perform trace.refuse('malformed_call', '{"argument": "p_after, p_limit"}');
  end if;
  if p_after is not null then
    v_at := timestamptz 'epoch' + split_part(p_after, '/', 1)::numeric * interval '1 microsecond';
    v_id := split_part(p_after, '/', 2)::uuid;
  end if;
  return query
    select trunc(extract(epoch from d.at) * 1000000)::bigint || '/' || d.difference_id, d.difference_id, d.kind, d.at, d.message_id,
           d.channel_id, d.said, d.charged, d.found_at
      from billing.difference d
     where d.portal_id = p_portal_id and (d.at, d.difference_id) < (v_at, v_id)
       and d.at >= coalesce(p_from, '-infinity') and d.at < coalesce(p_to, 'infinity')
       and (p_kind is null or d.kind = p_kind)
     order by d.at desc, d.difference_id desc
     limit p_limit;
end
$$;
comment on function billing.differences(uuid, text, timestamptz, timestamptz, text, text, int) is
  'Tenant. Where Gupshup''s word and our charges disagree, newest first, page by page.';
grant execute on function billing.differences(uuid, text, timestamptz, timestamptz, text, text, int) to whatsappb24_api;
