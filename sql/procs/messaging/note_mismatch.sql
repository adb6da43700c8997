-- WhatsApp says that a dialled number belongs to another WhatsApp id: the digits become an alias of that contact, or
-- the id joins the contact that has the digits. Where both are known as different people nothing is merged.
create or replace function messaging.note_mismatch(p_portal_id uuid, p_phone text, p_wa_id text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  insert into messaging.identifier (portal_id, kind, value, contact_id, created_at)
  select p_portal_id, x.kind, left(x.value, 200), k.contact_id, v_now
    from messaging.identifier k
    join (values ('alias', p_phone, p_wa_id), ('wa', p_wa_id, p_phone)) x(kind, value, known) on k.value = x.known
   where k.portal_id = p_portal_id and k.kind in ('wa', 'alias')
     and not exists (
       select from messaging.identifier o
        where o.portal_id = p_portal_id and o.kind in ('wa', 'alias') and o.value = x.value)
   order by x.kind, x.value
  on conflict (portal_id, kind, value) do nothing;
end
$$;
comment on function messaging.note_mismatch(uuid, text, text) is
  'Tenant. Joins the dialled digits and the WhatsApp id of one customer in his graph of identifiers.';
