-- Keeps a method that a customer saved at the provider. p_method: {provider, reference_digest (hex, sha-256 of the provider's
-- reference), reference_sealed (hex), label (visa •••• 4242), expires (2030-12)}. The same again renews label and expiry and makes it
-- usable. No card data. Returns its id. Raises WB400 malformed_call, WB404 no_wallet. Locks the wallet.
create or replace function billing.keep_method(p_portal_id uuid, p_method jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_new_id uuid := tenancy.new_id();
  v_id uuid;
begin
  if not exists (select from billing.provider p where p.provider = p_method ->> 'provider')
     or coalesce(p_method ->> 'reference_digest', '') !~ '^[0-9a-f]{64}$' or coalesce(p_method ->> 'reference_sealed', '') !~ '^([0-9a-f]{2})+$'
     or coalesce(length(p_method ->> 'label'), 0) not between 1 and 100 or coalesce(p_method ->> 'expires', '2030-12') !~ '^[0-9]{4}-[0-9]{2}$' then
    perform trace.refuse('malformed_call', '{"argument": "p_method"}');
  end if;
  perform 1 from billing.wallet w where w.portal_id = p_portal_id for no key update;
  if not found then
    perform trace.refuse('no_wallet', jsonb_build_object('portal_id', p_portal_id));
  end if;
  insert into billing.payment_method as m (portal_id, method_id, provider, reference_digest, reference_sealed, label, expires, saved_at)
  values (p_portal_id, v_new_id, p_method ->> 'provider', decode(p_method ->> 'reference_digest', 'hex'),
          decode(p_method ->> 'reference_sealed', 'hex'), p_method ->> 'label', p_method ->> 'expires', v_now)
  on conflict (portal_id, provider, reference_digest) do update
    set label = excluded.label, expires = excluded.expires, reference_sealed = excluded.reference_sealed, is_usable = true
  returning m.method_id into v_id;
  return v_id;
end
$$;
comment on function billing.keep_method(uuid, jsonb) is
  'Tenant. Keeps a method that a customer saved at the provider: its sealed reference and what a person recognises.';
grant execute on function billing.keep_method(uuid, jsonb) to whatsappb24_api, whatsappb24_worker;
