-- Why WhatsApp would not take a part of a message as it is declared, by messaging.message_kind: before anything is held or
-- fetched. p_part: {kind, text, media {url (a path is one of the portal's), mime, size}, content (messaging.content_faults),
-- reply_to} as in messaging.submit(). A type that is not declared is judged by the worker, once it has the file; sound of a type
-- that WhatsApp does not take is converted on its way, so it passes.
-- Returns null, or {reason, and the figures that explain it}. Locks nothing; one look-up by key.
create or replace function messaging.content_fault(p_part jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_kind messaging.message_kind;
  v_text text := coalesce(p_part ->> 'text', '');
  v_mime text := lower(btrim(split_part(coalesce(p_part #>> '{media,mime}', ''), ';', 1)));
  v_bytes bigint := case when p_part #>> '{media,size}' ~ '^[0-9]{1,18}$' then (p_part #>> '{media,size}')::bigint end;
  v_most bigint;
  v_is_taken boolean;
  v_faults jsonb;
begin
  select * into v_kind from messaging.message_kind k where k.kind = p_part ->> 'kind' and k.may_send;
  if not found then
    return jsonb_build_object('reason', 'media_kind', 'kind', left(p_part ->> 'kind', 50));
  elsif v_kind.max_bytes is null then
    select jsonb_agg(to_jsonb(f)) into v_faults from messaging.content_faults(v_kind.kind, p_part -> 'content') f;
    return case when v_faults is not null then jsonb_build_object('reason', 'message_faults', 'faults', v_faults)
                when v_kind.kind = 'reaction' and p_part ->> 'reply_to' is null then jsonb_build_object('reason', 'malformed_item', 'field', 'reply_to') end;
  elsif coalesce(p_part #>> '{media,url}', '') !~ '^(https?://|/)[^[:space:]]+$' then
    return jsonb_build_object('reason', 'malformed_item', 'field', 'media');
  elsif v_text <> '' and v_kind.max_text is null then
    return jsonb_build_object('reason', 'caption_not_possible', 'kind', v_kind.kind);
  elsif length(v_text) > v_kind.max_text then
    return jsonb_build_object('reason', 'too_long', 'length', length(v_text), 'limit', v_kind.max_text);
  end if;
  v_is_taken := v_kind.mimes is null or v_mime in ('', 'application/octet-stream') or v_mime = any (v_kind.mimes);
  if not v_is_taken and not (v_kind.kind = 'audio' and v_mime ~ '^(audio/|application/ogg$)') then
    return jsonb_build_object('reason', 'media_type', 'mime', left(v_mime, 100), 'kind', v_kind.kind, 'taken', to_jsonb(v_kind.mimes));
  end if;
  -- What is converted becomes smaller; how much, nobody knows before. A document's limit is that of what we fetch.
  v_most := case when v_is_taken then v_kind.max_bytes else (select k.max_bytes from messaging.message_kind k where k.kind = 'document') end;
  if v_bytes > v_most then
    return jsonb_build_object('reason', 'media_too_large', 'bytes', v_bytes, 'limit', v_most, 'kind', v_kind.kind);
  end if;
  return null;
end
$$;
comment on function messaging.content_fault(jsonb) is
  'Internal. Why WhatsApp would not take a part of a message as declared, with the figures; null where it would.';
