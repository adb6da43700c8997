-- Whose turn is it to get a new client of this channel? Of those in the queue of its open line (or, where the line was not
-- read yet, those with a role of their own) whom a role lets receive new clients here, the one to whom it is longest ago.
-- Notes that he got one. Null: nobody receives new clients. Locks the channel's rule: one turn after the other.
create or replace function tenancy.give_client(p_portal_id uuid, p_channel_id uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_queue text[];
  v_user text;
begin
  perform 1 from tenancy.crm_rule r where r.portal_id = p_portal_id and r.channel_id = p_channel_id for no key update;
  select l.operators into v_queue
    from tenancy.channel c
    join tenancy.portal_line l on l.portal_id = c.portal_id and l.line_id = c.line_id
   where c.portal_id = p_portal_id and c.channel_id = p_channel_id;
  if v_queue is null then
    v_queue := array(
      select distinct m.user_id from tenancy.membership m
       where m.portal_id = p_portal_id and m.user_id is not null and (m.channel_id = p_channel_id or m.channel_id is null));
  end if;
  select q.user_id into v_user
    from unnest(v_queue) q(user_id)
    left join tenancy.new_client_turn t on t.portal_id = p_portal_id and t.channel_id = p_channel_id and t.user_id = q.user_id
   where q.user_id ~ '^[0-9]{1,18}$' and tenancy.allows(p_portal_id, q.user_id, 'newclients.receive', p_channel_id)
   order by t.given_at nulls first, q.user_id::bigint
   limit 1;
  if v_user is not null then
    insert into tenancy.new_client_turn as t (portal_id, channel_id, user_id, given_at)
    values (p_portal_id, p_channel_id, v_user, v_now)
    on conflict (portal_id, channel_id, user_id) do update set given_at = excluded.given_at;
  end if;
  return v_user;
end
$$;
comment on function tenancy.give_client(uuid, uuid) is
  'Internal. Whose turn it is to get a new client of the channel, among those who receive new clients; notes it.';
