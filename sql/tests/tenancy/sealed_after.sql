-- requirement: R2.4-d, R2.4-c
begin;
select plan(5);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create temporary table expected as
select * from (values
  ('channel/' || :'portal' || '/' || :'channel' || '/key', '\xaa'::bytea),
  ('channel/' || :'portal' || '/' || :'channel' || '/secrets', '\xbb'),
  ('token/' || :'portal' || '/1/access', '\xaa'),
  ('token/' || :'portal' || '/1/refresh', '\xbb')) e(ref, sealed);

select results_eq('select ref, sealed from tenancy.sealed_after('''', 100)', 'select ref, sealed from expected order by ref', 'every sealed value has a reference, in order');
select set_eq(
  $$with recursive page(ref, n) as (
      (select ref, 1 from tenancy.sealed_after('', 1))
      union all
      select s.ref, p.n + 1 from page p cross join lateral tenancy.sealed_after(p.ref, 1) s)
    select ref from page$$,
  'select ref from expected', 'page by page nothing is missed');
select is_empty('select from tenancy.sealed_after(''zzz'', 100)', 'and there is an end');
select set_eq(
  $$select table_schema || '.' || table_name || '.' || column_name from information_schema.columns where column_name ~ '_sealed$'
      and table_name in (select relname from pg_class where relkind in ('r', 'p'))$$,
  array['tenancy.portal_token.access_sealed', 'tenancy.portal_token.refresh_sealed', 'tenancy.channel.key_sealed', 'tenancy.channel.secrets_sealed',
        'billing.payment_method.reference_sealed', 'messaging.automation.answer_sealed'],
  'these are all the columns that hold secrets: whoever adds one teaches the rotation');
select ok(
  not has_function_privilege('whatsappb24_api', 'tenancy.sealed_after(text, int)', 'execute')
  and not has_function_privilege('whatsappb24_worker', 'tenancy.sealed_after(text, int)', 'execute'), 'no service may walk through all secrets');
select * from finish();
rollback;
