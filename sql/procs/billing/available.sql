-- What the portal can spend now: balance - held + overdraft limit, in millionths; zero without a wallet or while it is
-- frozen. For whoever asks before he spends; the holds and debits decide for themselves, under the wallet's lock.
create or replace function billing.available(p_portal_id uuid) returns bigint
language sql stable security definer
set search_path = ''
as $$
  select coalesce((
    select case w.state when 'open' then w.balance - w.held + w.overdraft_limit else 0 end
      from billing.wallet w where w.portal_id = p_portal_id), 0)
$$;
comment on function billing.available(uuid) is
  'Tenant. What the portal can spend now, in millionths: balance - held + overdraft limit; zero while frozen.';
grant execute on function billing.available(uuid) to whatsappb24_api, whatsappb24_worker;
