-- Ends a rate card at an instant, now or later, so that another may begin there; a draft is put away.
-- For the provider's staff (the caller is trusted). What the card priced stays priced. An end that is still to come can
-- be moved; one that has passed cannot. p_at null: now. Raises WB404 unknown_rate_card, WB409 rate_card_state.
-- Locks the card.
create or replace function billing.retire_rate_card(p_actor text, p_card_id uuid, p_at timestamptz default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_card billing.rate_card;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.rate_card', 0));
  select * into v_card from billing.rate_card c where c.card_id = p_card_id for update;
  if not found then
    perform trace.refuse('unknown_rate_card', jsonb_build_object('card_id', p_card_id));
  elsif v_card.state = 'retired' and (v_card.valid_until <= v_now or p_at > v_card.valid_until) then
    perform trace.refuse('rate_card_state', jsonb_build_object('card_id', p_card_id, 'state', v_card.state));
  end if;
  update billing.rate_card c
     set state = 'retired', retired_by = p_actor, retired_at = v_now,
         valid_until = case v_card.state when 'draft' then c.valid_from else greatest(coalesce(p_at, v_now), v_now, c.valid_from) end
   where c.card_id = p_card_id;
end
$$;
comment on function billing.retire_rate_card(text, uuid, timestamptz) is
  'Directory. Ends a rate card now or at a later instant; a draft is put away.';
grant execute on function billing.retire_rate_card(text, uuid, timestamptz) to whatsappb24_api;
