-- The portal's saved methods that are usable, newest first, without their references; is_recharged: recharges use it. Needs billing.view.
-- Raises WB403 permission. Locks nothing.
create or replace function billing.methods(p_portal_id uuid, p_user_id text)
returns table (method_id uuid, provider text, label text, expires text, is_recharged boolean, saved_at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform tenancy.demand(p_portal_id, p_user_id, 'billing.view');
  return query
    select m.method_id, m.provider, m.label, m.expires, coalesce(m.method_id = r.method_id, false), m.saved_at
      from billing.payment_method m
      left join lateral billing.recharge_method(p_portal_id) r on true
     where m.portal_id = p_portal_id and m.is_usable
     order by m.saved_at desc, m.method_id;
end
$$;
comment on function billing.methods(uuid, text) is 'Tenant. The portal''s saved methods, without their references.';
grant execute on function billing.methods(uuid, text) to whatsappb24_api;
