-- Has this member of staff a grant to look at this portal? The one function that answers; the staff's doors ask it before
-- they show anything. Keeps the look (p_kind: messages, message or timeline; p_subject: what he asked for, cut to 200
-- characters) and returns the actor that he is while the grant holds: 'support:<grant id>', of the grant that holds longest.
-- Raises WB403 support_grant where none holds. For the provider's staff (the caller has entered by
-- tenancy.enter_staff). Locks the grant against its end until the look is kept.
create or replace function tenancy.look_as_support(p_portal_id uuid, p_staff_id uuid, p_kind text, p_subject text default null)
returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_grant uuid;
begin
  select g.grant_id into v_grant
    from tenancy.support_grant g
   where g.portal_id = p_portal_id and g.ended_at is null and v_now < g.ends_at
   order by g.ends_at desc, g.grant_id
   limit 1
     for share;
  if not found then
    perform trace.refuse('support_grant', jsonb_build_object('portal_id', p_portal_id));
  end if;
  insert into tenancy.support_look (portal_id, look_id, grant_id, staff_id, looked_at, kind, subject)
  values (p_portal_id, tenancy.new_id(), v_grant, p_staff_id, v_now, p_kind, left(p_subject, 200));
  return 'support:' || v_grant;
end
$$;
comment on function tenancy.look_as_support(uuid, uuid, text, text) is
  'Tenant. Keeps a look of the provider''s staff at a portal and returns the actor that he is; refuses where no grant holds.';
grant execute on function tenancy.look_as_support(uuid, uuid, text, text) to whatsappb24_api;
