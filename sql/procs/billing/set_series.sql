-- Sets how the numbers of a kind of document begin from now on; they go on counting, and issued documents keep their names. A prefix is of
-- one kind only, so that a name is of one document. For staff (the caller is trusted); who changed what is kept. Raises WB400
-- malformed_call, WB409 conflict (another kind has this prefix, or had it). Locks the issuer's row.
create or replace function billing.set_series(p_actor text, p_kind text, p_prefix text) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_before text;
begin
  if coalesce(p_actor, '') = '' or coalesce(p_prefix, '') !~ '^[A-Z0-9][A-Z0-9/.-]{0,9}$'
     or not exists (select from billing.document_series s where s.issuer = 'main' and s.kind = p_kind) then
    perform trace.refuse('malformed_call', '{"argument": "p_actor, p_kind, p_prefix"}');
  end if;
  perform 1 from billing.issuer i where i.issuer = 'main' for update;
  if exists (select from billing.document_series s where s.issuer = 'main' and s.kind <> p_kind and s.prefix = p_prefix)
     or exists (select from billing.issuer_change c
                 where c.issuer = 'main' and c.before ->> 'kind' <> p_kind and c.before ->> 'prefix' = p_prefix) then
    perform trace.refuse('conflict', jsonb_build_object('key', p_prefix));
  end if;
  select s.prefix into v_before from billing.document_series s where s.issuer = 'main' and s.kind = p_kind;
  if v_before = p_prefix then
    return;
  end if;
  update billing.document_series s set prefix = p_prefix where s.issuer = 'main' and s.kind = p_kind;
  insert into billing.issuer_change (change_id, issuer, actor, before, after, changed_at)
  values (tenancy.new_id(), 'main', p_actor, jsonb_build_object('kind', p_kind, 'prefix', v_before),
          jsonb_build_object('kind', p_kind, 'prefix', p_prefix), v_now);
end
$$;
comment on function billing.set_series(text, text, text) is
  'Platform. Sets how the numbers of a kind of document begin from now on; who changed what is kept.';
grant execute on function billing.set_series(text, text, text) to whatsappb24_api;
