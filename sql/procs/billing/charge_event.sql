-- What a word about a message means for its charge: capture, release, reverse, or null (nothing).
-- p_said: one of those, or what the message reached; p_charge in the state p_state. The moment of the tariff decides
-- which rung captures; failure releases what is held, and reverses what is captured where the tariff says so. Pins nothing, so that
-- PostgreSQL writes it into the statements that ask it of every message.
create or replace function billing.charge_event(p_said text, p_state text, p_charge billing.charge) returns text
language sql stable
as $$
  select case
    when p_said in ('capture', 'release', 'reverse') then p_said
    when p_said in ('failed', 'refused', 'expired') then
      case when p_state = 'held' then 'release'
           when p_state = 'captured' and p_charge.price > 0
             and billing.reverses(p_charge.card_id, p_charge.category, p_charge.country) then 'reverse' end
    when p_said in ('delivered', 'read')
      or p_said = 'sent' and p_charge.moment <> 'delivered'
      or p_said in ('submitted', 'enqueued') and p_charge.moment = 'submitted' then 'capture'
  end
$$;
comment on function billing.charge_event(text, text, billing.charge) is
  'Internal. What a word about a message means for its charge: capture, release, reverse or nothing.';
