-- Has a tax id the form of its kind, in its country? Check digits are computed where they are published: CUIT, CPF, CNPJ
-- (with letters too), RUT of Chile and of Uruguay, NIT of Colombia and of Guatemala, RUC of Peru.
-- A kind belongs to its countries; p_country null: any of them. Whether the tax office
-- knows it is another question. p_value: without spaces, dots and dashes, letters large.
create or replace function tenancy.is_tax_id(p_type text, p_country text, p_value text) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  v_body text := left(p_value, -1);
  v_check text := right(p_value, 1);
  v_two text := left(p_value, -2);
  v_sum int;
begin
  if p_country <> all (case p_type
       when 'RFC' then '{MX}' when 'CUIT' then '{AR}' when 'CPF' then '{BR}' when 'CNPJ' then '{BR}' when 'RUT' then '{CL,UY}'
       when 'NIT' then '{CO,GT,BO,SV}' else '{PE,EC,PY,PA,NI,CR}' end::text[]) then
    return false;
  end if;
  case p_type
    when 'RFC' then
      return p_value ~ '^[A-ZÑ&]{3,4}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[A-Z0-9]{2}[0-9A]$';
    when 'CUIT' then
      v_sum := (11 - tenancy.weighed(v_body, '{5,4,3,2,7,6,5,4,3,2}')) % 11;
      return p_value ~ '^\d{11}$' and v_check = least(v_sum, 9)::text;
    when 'CPF' then
      return p_value ~ '^\d{11}$' and p_value !~ '^(\d)\1{10}$'
        and substring(p_value from 10 for 1) = ((11 - tenancy.weighed(v_two, '{10,9,8,7,6,5,4,3,2}')) % 11 % 10)::text
        and v_check = ((11 - tenancy.weighed(v_body, '{11,10,9,8,7,6,5,4,3,2}')) % 11 % 10)::text;
    when 'CNPJ' then
      return p_value ~ '^[0-9A-Z]{12}\d{2}$' and p_value !~ '^(\d)\1{13}$'
        and substring(p_value from 13 for 1) = ((11 - tenancy.weighed(v_two, '{5,4,3,2,9,8,7,6,5,4,3,2}')) % 11 % 10)::text
        and v_check = ((11 - tenancy.weighed(v_body, '{6,5,4,3,2,9,8,7,6,5,4,3,2}')) % 11 % 10)::text;
    when 'RUT' then
      if p_country = 'UY' then
        v_sum := (11 - tenancy.weighed(v_body, '{4,3,2,9,8,7,6,5,4,3,2}')) % 11;
        return p_value ~ '^\d{12}$' and v_check = v_sum::text;
      end if;
      v_sum := (11 - tenancy.weighed(lpad(v_body, 8, '0'), '{3,2,7,6,5,4,3,2}')) % 11;
      return p_value ~ '^\d{7,8}[0-9K]$' and v_check = case v_sum when 10 then 'K' else v_sum::text end;
    when 'NIT' then
      if p_country = 'CO' then
        v_sum := tenancy.weighed(lpad(v_body, 10, '0'), '{43,41,37,29,23,19,17,13,7,3}');
        return p_value ~ '^\d{9,11}$' and v_check = substring('01987654321' from v_sum + 1 for 1);
      elsif p_country = 'GT' then
        v_sum := (11 - tenancy.weighed(lpad(v_body, 11, '0'), '{12,11,10,9,8,7,6,5,4,3,2}')) % 11;
        return p_value ~ '^\d{1,11}[0-9K]$' and v_check = case v_sum when 10 then 'K' else v_sum::text end;
      end if;
      return p_value ~ '^\d{5,14}$';
    when 'RUC' then
      if p_country = 'PE' then
        v_sum := (11 - tenancy.weighed(v_body, '{5,4,3,2,7,6,5,4,3,2}')) % 10;
        return p_value ~ '^(10|15|16|17|20)\d{9}$' and v_check = v_sum::text;
      elsif p_country = 'EC' then
        return p_value ~ '^(0[1-9]|1\d|2[0-4]|30)\d{8}\d{2}[1-9]$';
      end if;
      return p_value ~ '^[0-9A-Z]{6,20}$';
    else
      return false;
  end case;
end
$$;
comment on function tenancy.is_tax_id(text, text, text) is 'Internal. Has a tax id the form, and the check digits, of its kind in its country?';
