-- The provider's objects of a payment, the newest of each kind, with the portal's customer there: {kind: object id}. Locks nothing.
create or replace function billing.objects_of(p_portal_id uuid, p_payment_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(o.kind, o.object_id order by o.bound_at), '{}')
    from billing.payment p
    join billing.provider_object o
      on o.portal_id = p.portal_id and o.provider = p.provider and (o.payment_id = p.payment_id or o.kind = 'customer')
   where p.portal_id = p_portal_id and p.payment_id = p_payment_id
$$;
comment on function billing.objects_of(uuid, uuid) is 'Internal. The provider''s objects of a payment: {kind: object id}.';
