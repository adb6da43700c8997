-- Binds a provider's objects to a portal and payment: each once; what is bound already stays. p_ids: {kind: object id} as in the port's
-- Ids; saved methods are not bound (their reference is sealed). Returns the first object that belongs to another portal, or
-- null. Locks the objects in the order of their id; waits for a session that is binding the same one.
create or replace function billing.bind_objects(p_portal_id uuid, p_payment_id uuid, p_provider text, p_ids jsonb) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into billing.provider_object (provider, object_id, kind, portal_id, payment_id, bound_at)
  select distinct on (k.value) p_provider, k.value, k.key, p_portal_id,
         case when k.key <> 'customer' then p_payment_id end, v_now
    from jsonb_each_text(p_ids) k
   where k.key in ('checkout', 'payment', 'charge', 'invoice', 'subscription', 'customer', 'refund', 'dispute')
   order by k.value, k.key
  on conflict (provider, object_id) do nothing;
  return (
    select o.object_id
      from jsonb_each_text(p_ids) k
      join billing.provider_object o on o.provider = p_provider and o.object_id = k.value
     where k.key not in ('portal_id', 'refund_id', 'method') and o.portal_id <> p_portal_id
     order by o.object_id
     limit 1);
end
$$;
comment on function billing.bind_objects(uuid, uuid, text, jsonb) is
  'Internal. Binds a provider''s objects to a portal, each once; returns one that belongs to another.';
