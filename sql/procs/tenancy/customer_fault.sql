-- The first field of a change of a customer's data that is not as it should be; null: none. p_changes as in
-- tenancy.change_customer(); p_tax_type, p_country, p_tax_id: how the tax id will stand.
create or replace function tenancy.customer_fault(p_changes jsonb, p_tax_type text, p_country text, p_tax_id text) returns text
language sql immutable
set search_path = ''
as $$
  select f.name
    from (values
      (1, coalesce((select k from jsonb_object_keys(p_changes) k
                     where k not in ('legal_name', 'trade_name', 'tax_id_type', 'tax_id', 'country', 'billing_address', 'contacts',
                                     'language') limit 1), ''),
          not exists (select from jsonb_object_keys(p_changes) k
                       where k not in ('legal_name', 'trade_name', 'tax_id_type', 'tax_id', 'country', 'billing_address', 'contacts',
                                       'language'))),
      (2, 'legal_name', length(coalesce(p_changes ->> 'legal_name', 'x')) between 1 and 200),
      (3, 'trade_name', not p_changes ? 'trade_name' or length(p_changes ->> 'trade_name') between 1 and 200),
      (4, 'country', coalesce(p_changes ->> 'country', 'MX') ~ '^[A-Z]{2}$'),
      (5, 'tax_id_type', (p_tax_type is null) = (p_tax_id is null)
            and coalesce(p_tax_type, 'RFC') in ('RFC', 'NIT', 'CUIT', 'RUC', 'RUT', 'CNPJ', 'CPF')),
      (6, 'tax_id', p_tax_id is null or tenancy.is_tax_id(p_tax_type, p_country, p_tax_id)),
      (7, 'billing_address', not p_changes ? 'billing_address' or jsonb_typeof(p_changes -> 'billing_address') = 'object'
            and length(p_changes ->> 'billing_address') <= 2000
            and not jsonb_path_exists(p_changes, '$.billing_address.* ? (@.type() != "string")')),
      (8, 'contacts', not p_changes ? 'contacts' or jsonb_typeof(p_changes -> 'contacts') = 'array'
            and length(p_changes ->> 'contacts') <= 10000 and jsonb_array_length(p_changes -> 'contacts') <= 20
            and not jsonb_path_exists(p_changes, '$.contacts[*] ? (@.type() != "object")')
            and not jsonb_path_exists(p_changes, '$.contacts[*].* ? (@.type() != "string")')
            and not jsonb_path_exists(p_changes, '$.contacts[*].email ? (!(@ like_regex "^[^@ ]+@[^@ ]+\\.[^@ ]+$"))')),
      (9, 'language', coalesce(p_changes ->> 'language', 'es') in ('es', 'en', 'pt'))) f(rank, name, is_good)
   where f.is_good is not true
   order by f.rank
   limit 1
$$;
comment on function tenancy.customer_fault(jsonb, text, text, text) is
  'Internal. The first field of a change of a customer''s data that is not as it should be.';
