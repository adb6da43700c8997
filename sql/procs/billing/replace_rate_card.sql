-- Puts a draft rate card in the place of the one in force, without a gap and without an overlap: the other ends at the
-- instant at which this one begins, which is the draft's own or a second from now. p_replaces: the card that the person
-- saw to be replaced (billing.rate_cards). For the provider's staff (the caller is trusted). Again it changes nothing.
-- Raises WB404 unknown_rate_card, WB409 rate_card_state, WB409 rate_card_overlap. One publisher at a time; locks the
-- cards, the draft first.
create or replace function billing.replace_rate_card(p_actor text, p_card_id uuid, p_replaces uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_card billing.rate_card;
  v_begins timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.rate_card', 0));
  select * into v_card from billing.rate_card c where c.card_id = p_card_id for update;
  if v_card.state = 'draft' then
    if not exists (
      select from billing.rate_card o
       where o.card_id = p_replaces and o.tariff = v_card.tariff and o.currency = v_card.currency and o.published_at is not null) then
      perform trace.refuse('unknown_rate_card', jsonb_build_object('card_id', p_replaces));
    end if;
    v_begins := greatest(v_card.valid_from, v_now + interval '1 second');
    update billing.rate_card c set valid_from = v_begins where c.card_id = p_card_id;
    perform billing.retire_rate_card(p_actor, p_replaces, v_begins);
  end if;
  perform billing.publish_rate_card(p_actor, p_card_id);
end
$$;
comment on function billing.replace_rate_card(text, uuid, uuid) is
  'Directory. Puts a draft rate card in the place of the one in force, without a gap.';
grant execute on function billing.replace_rate_card(text, uuid, uuid) to whatsappb24_api;
