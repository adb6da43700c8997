-- Who issues documents: its facts, its series [{kind, prefix, last_number}], and the last 50 changes [{actor, before, after, changed_at}],
-- newest first. For staff (the caller is trusted). Locks nothing.
create or replace function billing.read_issuer()
returns table (facts jsonb, changed_by text, changed_at timestamptz, series jsonb, changes jsonb)
language sql stable security definer
set search_path = ''
as $$
  select i.facts, tenancy.actor_name(i.changed_by), i.changed_at,
         (select jsonb_agg(jsonb_build_object('kind', s.kind, 'prefix', s.prefix, 'last_number', s.last_number)
                   order by array_position('{receipt,invoice,credit_note,debit_note}', s.kind))
            from billing.document_series s where s.issuer = i.issuer),
         (select coalesce(jsonb_agg(jsonb_build_object('actor', tenancy.actor_name(c.actor), 'before', c.before, 'after', c.after,
                   'changed_at', c.changed_at) order by c.change_id desc), '[]')
            from (select x.* from billing.issuer_change x where x.issuer = i.issuer order by x.change_id desc limit 50) c)
    from billing.issuer i
   where i.issuer = 'main'
$$;
comment on function billing.read_issuer() is 'Platform. Who issues documents, its number series, and who changed what.';
grant execute on function billing.read_issuer() to whatsappb24_api;
