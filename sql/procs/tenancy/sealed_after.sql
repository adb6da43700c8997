-- Sealed values in the order of their reference, for whatsappb24 rotate-keys: pages of p_limit after p_after.
create or replace function tenancy.sealed_after(p_after text, p_limit int) returns table (ref text, sealed bytea)
language sql stable security definer
set search_path = ''
as $$
  select s.ref, s.sealed
    from (
      select 'token/' || t.portal_id || '/' || t.user_id || '/access' as ref, t.access_sealed as sealed from tenancy.portal_token t
      union all
      select 'token/' || t.portal_id || '/' || t.user_id || '/refresh', t.refresh_sealed from tenancy.portal_token t
      union all
      select 'channel/' || c.portal_id || '/' || c.channel_id || '/key', c.key_sealed from tenancy.channel c
      union all
      select 'channel/' || c.portal_id || '/' || c.channel_id || '/secrets', c.secrets_sealed from tenancy.channel c
      union all
      select 'method/' || m.portal_id || '/' || m.method_id || '/reference', m.reference_sealed from billing.payment_method m
      union all
      select 'automation/' || a.portal_id || '/' || a.automation_id || '/answer', a.answer_sealed from messaging.automation a
       where a.answer_sealed is not null and a.ended_at is null) s
   where s.ref > p_after
   order by s.ref
   limit p_limit
$$;
comment on function tenancy.sealed_after(text, int) is 'Platform. A page of sealed values by reference, for the rotation of keys.';
