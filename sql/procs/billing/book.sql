-- Adds to one of a portal's accounts beside its wallet (p_amount in millionths, negative where it is debited), for so many
-- entries; makes the account when it is first used. For billing.write_run(), which holds the wallet. Returns the account
-- as it is afterwards. Locks nothing that the wallet does not cover.
create or replace function billing.book(p_portal_id uuid, p_kind text, p_currency text, p_amount bigint, p_count int)
returns billing.account
language plpgsql
set search_path = ''
as $$
declare
  v_account billing.account;
begin
  update billing.account a
     set balance = a.balance + p_amount, seq = a.seq + p_count
   where a.portal_id = p_portal_id and a.kind = p_kind and a.currency = p_currency
  returning a.* into v_account;
  if not found then
    insert into billing.account as a (portal_id, kind, currency, balance, seq)
    values (p_portal_id, p_kind, p_currency, p_amount, p_count)
    returning a.* into v_account;
  end if;
  return v_account;
end
$$;
comment on function billing.book(uuid, text, text, bigint, int) is
  'Internal. Adds to an account beside the wallet; makes it when it is first used.';
