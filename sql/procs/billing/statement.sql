-- The wallet's statement, oldest first: one line per message, payment, subscription or adjustment, with the balance after it. A
-- line's transfer, key and message lead to its cause. p_channel_id and p_category show only lines of messages; the balance
-- stays the wallet's. p_after: the cursor of the last line seen; p_limit at most 1,000: any number of lines is read page by page
-- at the same cost. Needs billing.view. Amounts in millionths of currency, negative for what was spent. Raises WB403 permission,
-- WB400 malformed_call. Locks nothing.
create or replace function billing.statement(
  p_portal_id uuid, p_user_id text, p_from timestamptz default null, p_to timestamptz default null, p_channel_id uuid default null,
  p_category text default null, p_after text default null, p_limit int default 100)
returns table (
  cursor text, at timestamptz, reason text, amount bigint, balance bigint, currency text, key text, transfer_id uuid, message_id uuid,
  channel_id uuid, category text, country text, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select l.cursor, l.at, l.reason, l.amount, l.balance, l.currency, l.key, l.transfer_id, l.message_id, l.channel_id, l.category,
           l.country, l.detail
      from billing.statement_lines(p_portal_id, p_from, p_to, p_channel_id, p_category, p_after, p_limit) l;
end
$$;
comment on function billing.statement(uuid, text, timestamptz, timestamptz, uuid, text, text, int) is
  'Tenant. The wallet''s statement, a line per message or payment with the balance after it, page by page.';
grant execute on function billing.statement(uuid, text, timestamptz, timestamptz, uuid, text, text, int) to whatsappb24_api;
