-- Replaces sealed values by the same values sealed with the newest key: [{ref, old, new (hex)}]. A value that
-- changed since it was read is left alone and must be read again. Returns how many were replaced.
create or replace function tenancy.reseal(p_items jsonb) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  v_item record;
  v_count int := 0;
  v_rows int;
begin
  for v_item in
    select split_part(i.ref, '/', 1) as owner, split_part(i.ref, '/', 2)::uuid as portal_id, split_part(i.ref, '/', 3) as id,
           split_part(i.ref, '/', 4) as part, decode(i.old, 'hex') as old, decode(i.new, 'hex') as new
      from jsonb_to_recordset(p_items) i(ref text, old text, new text)
     order by i.ref
  loop
    if v_item.owner = 'token' then
      update tenancy.portal_token t
         set access_sealed = case when v_item.part = 'access' then v_item.new else t.access_sealed end,
             refresh_sealed = case when v_item.part = 'refresh' then v_item.new else t.refresh_sealed end
       where t.portal_id = v_item.portal_id and t.user_id = v_item.id
         and case v_item.part when 'access' then t.access_sealed else t.refresh_sealed end = v_item.old;
    elsif v_item.owner = 'method' then
      update billing.payment_method m set reference_sealed = v_item.new
       where m.portal_id = v_item.portal_id and m.method_id = v_item.id::uuid and m.reference_sealed = v_item.old;
    elsif v_item.owner = 'automation' then
      update messaging.automation a set answer_sealed = v_item.new
       where a.portal_id = v_item.portal_id and a.automation_id = v_item.id::uuid and a.answer_sealed = v_item.old;
    else
      update tenancy.channel c
         set key_sealed = case when v_item.part = 'key' then v_item.new else c.key_sealed end,
             secrets_sealed = case when v_item.part = 'secrets' then v_item.new else c.secrets_sealed end
       where c.portal_id = v_item.portal_id and c.channel_id = v_item.id::uuid
         and case v_item.part when 'key' then c.key_sealed else c.secrets_sealed end = v_item.old;
    end if;
    get diagnostics v_rows = row_count;
    v_count := v_count + v_rows;
  end loop;
  return v_count;
end
$$;
comment on function tenancy.reseal(jsonb) is 'Platform. Stores values sealed with the newest key where they are unchanged since they were read.';
