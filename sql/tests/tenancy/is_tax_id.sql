-- requirement: R2.4-a, R2.4-c
-- Published examples of each kind, and each with its last digit changed.
begin;
select plan(5);
create temp table example (kind text, country text, value text, has_check boolean) on commit drop;
insert into example values
  ('RFC', 'MX', 'GODE561231GR8', false), ('RFC', 'MX', 'MAB9307148T4', false), ('RFC', 'MX', 'XAXX010101000', false),
  ('CUIT', 'AR', '20055361682', true), ('CUIT', 'AR', '30500010912', true),
  ('CPF', 'BR', '39053344705', true), ('CPF', 'BR', '52998224725', true),
  ('CNPJ', 'BR', '16727230000197', true), ('CNPJ', 'BR', '00000000000191', true), ('CNPJ', 'BR', '12ABC34501DE35', true),
  ('RUT', 'CL', '760864285', true), ('RUT', 'CL', '125319092', true), ('RUT', 'UY', '211003420017', true),
  ('NIT', 'CO', '2131234321', true), ('NIT', 'CO', '8600345941', true), ('NIT', 'GT', '576937K', false), ('NIT', 'BO', '1023456021', false),
  ('RUC', 'PE', '20512333797', true), ('RUC', 'EC', '1792060346001', false), ('RUC', 'PY', '800000358', false);
select is_empty('select kind, country, value from example where not tenancy.is_tax_id(kind, country, value)', 'what is good');
select is_empty($$select kind, value from example where has_check and tenancy.is_tax_id(kind, country, left(value, -1) || ((right(value, 1)::int + 1) % 10))$$, 'a wrong check digit');
select is_empty($$select k, v from (values ('RFC', 'GODE561331GR8'), ('RFC', 'GODE'), ('CPF', '11111111111'), ('CNPJ', '00000000000000'), ('RUT', '12-5'), ('NIT', 'abc'), ('RUC', ''),
  ('VAT', 'DE136695976'), ('CUIT', '2005536168')) t(k, v) where tenancy.is_tax_id(k, null, v)$$, 'and what is none at all');
select ok(not tenancy.is_tax_id('RFC', 'AR', 'MAB9307148T4'), 'a kind belongs to its countries');
select is((select count(distinct kind) from example), 7::bigint, 'every kind was tried');
select * from finish();
rollback;
