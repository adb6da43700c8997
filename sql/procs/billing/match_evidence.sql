-- Finds whose each evidence is (billing.place_evidence), and binds the provider's objects that are new. What names nothing known may
-- share an object with another item of the call. For billing.settle_payment(). Returns the rows with their portal, or decided:
-- refused (foreign_object, test_mode), unmatched. Locks the objects in the order of their id.
create or replace function billing.match_evidence(p_rows billing.proof[]) returns billing.proof[]
language plpgsql
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_rows billing.proof[];
  v_object record;
begin
  v_rows := array(
    select case when r.outcome is null then billing.place_evidence(r) else r end from unnest(p_rows) r order by r.item);
  for v_object in
    select r.item, o.portal_id
      from unnest(v_rows) r
     cross join lateral (
       select o.portal_id from unnest(v_rows) o
        where r.outcome = 'unmatched' and o.outcome is null and o.provider = r.provider and o.livemode = r.livemode
          and exists (select from jsonb_each_text(r.ids) a join jsonb_each_text(o.ids) b on b.value = a.value
                       where a.key not in ('portal_id', 'refund_id', 'method', 'customer'))
        order by o.item limit 1) o
  loop
    v_rows[v_object.item].outcome := null;
    v_rows[v_object.item].reason := null;
    v_rows[v_object.item].portal_id := v_object.portal_id;
  end loop;
  for v_object in
    select distinct on (k.value, r.provider) r.portal_id, r.provider, k.value, jsonb_build_object(k.key, k.value) as ids
      from unnest(v_rows) r
     cross join lateral jsonb_each_text(r.ids) k
     where r.outcome is null
     order by k.value, r.provider, r.item
  loop
    perform billing.bind_objects(v_object.portal_id, null, v_object.provider, v_object.ids);
  end loop;
  -- Another item, or another session meanwhile, may have bound an object to another portal.
  return array(
    select case when r.outcome is null and exists (
             select from jsonb_each_text(r.ids) k
               join billing.provider_object o on o.provider = r.provider and o.object_id = k.value
              where k.key not in ('portal_id', 'refund_id', 'method') and o.portal_id <> r.portal_id)
             then billing.place_evidence(r) else r end
      from unnest(v_rows) r
     order by r.item);
end
$$;
comment on function billing.match_evidence(billing.proof[]) is
  'Internal, batch. Finds whose each evidence is by the provider''s objects, and binds those that are new.';
