-- Claims letters that are due for p_lease: who claims one sends it and answers with billing.settle_mail(), otherwise it is due again. For
-- a worker that has a mail server. Passes over what others hold. A letter without anybody to write to, and one that is not worth
-- telling any more, is moot instead. The addresses are those of now. document_id: what it carries (billing.mailed_document). Amounts in
-- detail in millionths of currency. Locks the letters.
create or replace function billing.claim_mail(p_limit int default 20, p_lease interval default '5 minutes')
returns table (
  portal_id uuid, mail_id uuid, token bigint, tries int, kind text, detail jsonb, document_id uuid, at timestamptz, currency text,
  language text, recipients text[], domain text, issuer text)
language plpgsql security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  v_now timestamptz := tenancy.now();
begin
  return query
    with k as materialized (
      select x.portal_id, x.mail_id from billing.mail x
       where x.state = 'waits' and x.due_at <= v_now order by x.due_at limit p_limit
         for update skip locked),
    w as materialized (
      select k.portal_id, k.mail_id, billing.mail_recipients(k.portal_id) as recipients from k),
    c as (
      update billing.mail m
         set due_at = v_now + p_lease, token = m.token + 1, tries = m.tries + 1, recipients = w.recipients,
             state = case when m.expires_at <= v_now or w.recipients = '{}' then 'moot' else 'waits' end,
             state_reason = case when m.expires_at <= v_now then 'too_late' when w.recipients = '{}' then 'no_address' end
        from w
       where m.portal_id = w.portal_id and m.mail_id = w.mail_id
      returning m.*)
    select c.portal_id, c.mail_id, c.token, c.tries, c.kind, c.detail, c.document_id, c.at, coalesce(c.detail ->> 'currency', b.currency),
           u.language, c.recipients, p.domain, (select i.facts ->> 'legal_name' from billing.issuer i where i.issuer = 'main')
      from c
      join tenancy.portal p on p.portal_id = c.portal_id
      join tenancy.customer u on u.customer_id = p.customer_id
      left join billing.wallet b on b.portal_id = c.portal_id
     where c.state = 'waits';
end
$$;
comment on function billing.claim_mail(int, interval) is 'Platform. Claims letters to customers that are due, for a lease.';
grant execute on function billing.claim_mail(int, interval) to whatsappb24_worker;
