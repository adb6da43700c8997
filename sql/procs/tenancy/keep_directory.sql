-- Keeps what a portal said of its company: p_directory {people: [{user_id, name, is_active, position, departments}],
-- departments: [{department_id, name, parent_id}], lines: [{line_id, name, is_active, operators}]}, each list whole; a list
-- that is absent was not read and changes nothing. What a list names no longer is marked as vanished (a person only if a
-- list once named him), and comes back when it is named again. A list
-- without most of the people takes nobody away: people_missing. p_failure: why the rest could not be read; the reading is
-- remembered either way, for p_actor (null: the round), and the next one is due a day later; after failures an hour
-- later, then two, four, up to a day. Idempotent; an item that is no object with an id is passed over.
-- Locks the portal row: one reading at a time.
create or replace function tenancy.keep_directory(p_portal_id uuid, p_directory jsonb, p_actor text default null, p_failure text default null)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_failure text := p_failure;
  v_failures int;
begin
  perform from tenancy.portal p where p.portal_id = p_portal_id for no key update;
  v_failures := coalesce((select least(r.failures, 5) from tenancy.directory_reading r where r.portal_id = p_portal_id), 0);
  if jsonb_typeof(p_directory -> 'people') = 'array' then
    if not tenancy.keep_people(p_portal_id, p_directory -> 'people', v_now) then
      v_failure := coalesce(v_failure, 'people_missing');
    end if;
  end if;
  if jsonb_typeof(p_directory -> 'departments') = 'array' then
    insert into tenancy.department as d (portal_id, department_id, name, parent_id, seen_at)
    select distinct on (e.item ->> 'department_id')
           p_portal_id, e.item ->> 'department_id', coalesce(e.item ->> 'name', e.item ->> 'department_id'), e.item ->> 'parent_id', v_now
      from jsonb_array_elements(p_directory -> 'departments') e(item)
     where e.item ->> 'department_id' ~ '^[0-9]{1,18}$'
     order by e.item ->> 'department_id'
    on conflict (portal_id, department_id) do update set
      name = excluded.name, parent_id = excluded.parent_id, seen_at = excluded.seen_at, vanished_at = null;
    update tenancy.department d set vanished_at = v_now
     where d.portal_id = p_portal_id and d.seen_at < v_now and d.vanished_at is null;
  end if;
  if jsonb_typeof(p_directory -> 'lines') = 'array' then
    insert into tenancy.portal_line as l (portal_id, line_id, name, is_active, operators, seen_at)
    select distinct on (e.item ->> 'line_id')
           p_portal_id, e.item ->> 'line_id', coalesce(e.item ->> 'name', e.item ->> 'line_id'), coalesce(e.item -> 'is_active' = 'true', false),
           array(select jsonb_array_elements_text(case jsonb_typeof(e.item -> 'operators') when 'array' then e.item -> 'operators' else '[]' end)), v_now
      from jsonb_array_elements(p_directory -> 'lines') e(item)
     where e.item ->> 'line_id' ~ '^[0-9]{1,18}$'
     order by e.item ->> 'line_id'
    on conflict (portal_id, line_id) do update set
      name = excluded.name, is_active = excluded.is_active, operators = excluded.operators, seen_at = excluded.seen_at, vanished_at = null;
    update tenancy.portal_line l set vanished_at = v_now
     where l.portal_id = p_portal_id and l.seen_at < v_now and l.vanished_at is null;
  end if;
  perform tenancy.chain_departments(p_portal_id);
  insert into tenancy.directory_reading as r (portal_id, read_at, actor, failure, succeeded_at, counts, due_at, failures)
  select p_portal_id, v_now, p_actor, v_failure, case when v_failure is null then v_now end,
         coalesce((select jsonb_object_agg(l.key, jsonb_array_length(l.value)) from jsonb_each(p_directory) l
                    where jsonb_typeof(l.value) = 'array'), '{}'),
         v_now + case when v_failure is null then interval '1 day' else least(interval '1 hour' * 2 ^ v_failures, interval '1 day') end,
         case when v_failure is null then 0 else v_failures + 1 end
  on conflict (portal_id) do update set
    read_at = excluded.read_at, actor = excluded.actor, failure = excluded.failure,
    succeeded_at = coalesce(excluded.succeeded_at, r.succeeded_at), counts = r.counts || excluded.counts,
    due_at = excluded.due_at, failures = excluded.failures;
end
$$;
comment on function tenancy.keep_directory(uuid, jsonb, text, text) is
  'Tenant. Keeps the people, departments and open lines that a portal named, and marks what it names no longer.';
grant execute on function tenancy.keep_directory(uuid, jsonb, text, text) to whatsappb24_api, whatsappb24_worker;
