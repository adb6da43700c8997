-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
create function pg_temp.contacts(p_contacts jsonb) returns text[] language plpgsql as $$
begin
  update tenancy.customer set contacts = p_contacts;
  return (select billing.mail_recipients(portal_id) from tenancy.portal);
end $$;
select is(pg_temp.contacts('[]'), '{}', 'nobody named, nobody written to');
select is(pg_temp.contacts('[{"name": "Ana", "email": " Ana@acme.example "}, {"email": "ana@acme.example"}, {"name": "Leo", "phone": "51"}]'), '{ana@acme.example}', 'each address once');
select is(pg_temp.contacts('[{"email": "ana@acme.example"}, {"email": "caja@acme.example", "purpose": "Facturación"}, {"email": "fin@acme.example", "purpose": "Financeiro"}]'),
  '{caja@acme.example,fin@acme.example}', 'those for billing before all others');
select is(pg_temp.contacts('[{"email": "a@b"}, {"email": "x y@acme.example"}, {"email": "a@acme.example\nBcc: b@acme.example"}, {"email": "<a@acme.example>"}]'), '{}', 'what is no address is left out');
select * from finish();
rollback;
