-- Which payment does a payer come back from? By the digest of the opaque id in the return page's address: nobody is signed in there. ids:
-- the provider's objects {kind: id}, to ask the provider. No money moves by coming back. Raises WB404 unknown_payment. Locks nothing.
create or replace function billing.payment_of_return(p_route_digest bytea)
returns table (portal_id uuid, payment_id uuid, provider text, kind text, state text, is_open boolean, amount bigint, currency text, language text, ids jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select p.portal_id, p.payment_id, p.provider, p.kind, p.state, s.is_open, p.amount::bigint, p.currency, t.language,
           billing.objects_of(p.portal_id, p.payment_id)
      from billing.payment_return r
      join billing.payment p on p.portal_id = r.portal_id and p.payment_id = r.payment_id
      join billing.payment_state s on s.state = p.state
      join tenancy.portal t on t.portal_id = p.portal_id
     where r.route_digest = p_route_digest;
  if not found then
    perform trace.refuse('unknown_payment');
  end if;
end
$$;
comment on function billing.payment_of_return(bytea) is
  'Directory. The payment that a payer comes back from, by the digest of the return page''s opaque id.';
grant execute on function billing.payment_of_return(bytea) to whatsappb24_api;
