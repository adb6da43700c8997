-- An API process that stops in good order says farewell: what it was told is committed or spooled, so its silence from
-- now on means nothing. Locks its heartbeat row.
create or replace function tenancy.end_beating(p_process text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from tenancy.heartbeat h where h.process = left(p_process, 100);
end
$$;
comment on function tenancy.end_beating(text) is 'Platform. An API process stops in good order: its silence means nothing.';
grant execute on function tenancy.end_beating(text) to whatsappb24_api;
