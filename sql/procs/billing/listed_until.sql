-- Until when a provider's lists of money were read; p_until: they have been read until then (it never goes back). For the reconciler,
-- which reads again from a little before. Null: never. Locks the provider's row when it writes.
create or replace function billing.listed_until(p_provider text, p_until timestamptz default null) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
begin
  if p_until is not null then
    update billing.provider p set listed_until = p_until
     where p.provider = p_provider and coalesce(p.listed_until < p_until, true);
  end if;
  return (select p.listed_until from billing.provider p where p.provider = p_provider);
end
$$;
comment on function billing.listed_until(text, timestamptz) is
  'Platform. Until when a payment provider''s lists of money were read; writes it down when told.';
grant execute on function billing.listed_until(text, timestamptz) to whatsappb24_worker;
