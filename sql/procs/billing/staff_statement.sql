-- The statement of a portal's wallet as its people see it (billing.statement), for the provider's staff (the caller is
-- trusted). The lines, their order, p_after and p_limit are the same. Raises WB404 no_wallet, WB400 malformed_call.
-- Locks nothing.
create or replace function billing.staff_statement(
  p_portal_id uuid, p_from timestamptz default null, p_to timestamptz default null, p_channel_id uuid default null,
  p_category text default null, p_after text default null, p_limit int default 100)
returns table (
  cursor text, at timestamptz, reason text, amount bigint, balance bigint, currency text, key text, transfer_id uuid, message_id uuid,
  channel_id uuid, category text, country text, detail jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if not exists (select from billing.wallet w where w.portal_id = p_portal_id) then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  return query
    select l.cursor, l.at, l.reason, l.amount, l.balance, l.currency, l.key, l.transfer_id, l.message_id, l.channel_id, l.category,
           l.country, l.detail
      from billing.statement_lines(p_portal_id, p_from, p_to, p_channel_id, p_category, p_after, p_limit) l;
end
$$;
comment on function billing.staff_statement(uuid, timestamptz, timestamptz, uuid, text, text, int) is
  'Tenant. The statement of a wallet for the provider''s staff, page by page.';
grant execute on function billing.staff_statement(uuid, timestamptz, timestamptz, uuid, text, text, int) to whatsappb24_api;
