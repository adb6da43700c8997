-- What is left of a text whoever wrote it out: without white space, signs of emphasis, brackets, quotation marks and rules of
-- lines and what has no width, all of which the portal may change on the way. Locks nothing.
create or replace function messaging.fingerprint(p_text text) returns text
language sql immutable
set search_path = ''
as $$
  select md5(regexp_replace(coalesce(p_text, ''), '[[:space:]*_~`\[\]>\u00A0\u200B-\u200F\u2060\uFE0F\uFEFF-]', '', 'g'))
$$;
comment on function messaging.fingerprint(text) is 'Internal. What recognises a text after the portal has shown it.';
