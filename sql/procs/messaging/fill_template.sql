-- Puts values into a template's variables. p_values: {"body.1": "Ana", …} by messaging.template_variables; p_media_url:
-- the file of its header. A value is one line of text. Returns {params: [values in the order of their variables],
-- header, text, footer, missing: [variables without a value], media: whether the header's file is missing}. The code
-- of an authentication template is given once and stands in its button as well. Locks nothing.
create or replace function messaging.fill_template(p_template messaging.template, p_values jsonb, p_media_url text) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  v_keys text[] := messaging.template_variables(p_template.header, p_template.body, p_template.buttons);
  v_key text;
  v_value text;
  v_missing text[] := '{}';
  v_params text[] := '{}';
  v_header text := p_template.header;
  v_text text := p_template.body;
begin
  foreach v_key in array v_keys
  loop
    v_value := btrim(regexp_replace(coalesce(
      case when jsonb_typeof(p_values) = 'object' then p_values ->> v_key end, ''), '[[:space:]]+', ' ', 'g'));
    v_params := v_params || v_value;
    if v_value = '' then
      v_missing := v_missing || v_key;
    elsif v_key like 'header.%' then
      v_header := regexp_replace(v_header, '\{\{\s*' || split_part(v_key, '.', 2) || '\s*\}\}', replace(v_value, '\', '\\'), 'g');
    elsif v_key like 'body.%' then
      v_text := regexp_replace(v_text, '\{\{\s*' || split_part(v_key, '.', 2) || '\s*\}\}', replace(v_value, '\', '\\'), 'g');
    end if;
  end loop;
  if p_template.category = 'authentication' and cardinality(v_params) = 1 then
    v_params := v_params || v_params;
  end if;
  return jsonb_build_object(
    'params', to_jsonb(v_params), 'header', v_header, 'text', v_text, 'footer', p_template.footer, 'missing', to_jsonb(v_missing),
    'media', p_template.type in ('IMAGE', 'VIDEO', 'DOCUMENT') and coalesce(p_media_url, '') !~ '^https?://[^[:space:]]+$');
end
$$;
comment on function messaging.fill_template(messaging.template, jsonb, text) is
  'Internal. A template''s text and parameters with these values, and which of its variables have none.';
