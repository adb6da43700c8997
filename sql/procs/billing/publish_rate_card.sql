-- Puts a draft rate card in force; from then on nothing of it changes but its end (billing.retire_rate_card).
-- For the provider's staff (the caller is trusted). A card whose time began before it is published counts from now:
-- what was priced stays priced. Publishing a published card again changes nothing.
-- Raises WB404 unknown_rate_card, WB409 rate_card_state (it is retired), WB409 rate_card_overlap (detail: the card of
-- its tariff and currency that is in force in its time). One publisher at a time; locks the card.
create or replace function billing.publish_rate_card(p_actor text, p_card_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_card billing.rate_card;
  v_other uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.rate_card', 0));
  select * into v_card from billing.rate_card c where c.card_id = p_card_id for update;
  if not found then
    perform trace.refuse('unknown_rate_card', jsonb_build_object('card_id', p_card_id));
  elsif v_card.state = 'published' then
    return;
  elsif v_card.state <> 'draft' then
    perform trace.refuse('rate_card_state', jsonb_build_object('card_id', p_card_id, 'state', v_card.state));
  end if;
  v_card.valid_from := greatest(v_card.valid_from, v_now);
  select o.card_id into v_other from billing.rate_card o
   where o.tariff = v_card.tariff and o.currency = v_card.currency and o.state <> 'draft' and o.card_id <> p_card_id
     and o.valid_from < v_card.valid_until and v_card.valid_from < o.valid_until
   limit 1;
  if v_other is not null then
    perform trace.refuse('rate_card_overlap', jsonb_build_object('card_id', p_card_id, 'other', v_other));
  end if;
  update billing.rate_card c
     set state = 'published', valid_from = v_card.valid_from, published_by = p_actor, published_at = v_now
   where c.card_id = p_card_id;
end
$$;
comment on function billing.publish_rate_card(text, uuid) is
  'Directory. Puts a draft rate card in force; refuses one whose time overlaps that of another of its tariff and currency.';
grant execute on function billing.publish_rate_card(text, uuid) to whatsappb24_api;
