-- requirement: R4-c, R2.4-c
begin;
select plan(4);
select tests.at('2026-11-22 12:00+00');
select tests.event();
create function pg_temp.notes(p_event text, p_reason text, p_states text[]) returns text language sql as $$
  select tests.refusal(format('select billing.note_deed(''dismissed'', ''eva'', ''stripe'', %L, %L, %L, ''{}'')', p_event, p_reason, p_states))
$$;
select is(pg_temp.notes('evt_1', 'no', '{new}'), 'WB400 malformed_call', 'a deed has a reason');
select is(pg_temp.notes('evt_9', 'no es nuestro', '{new}'), 'WB404 unknown_event', 'and an event');
select is(pg_temp.notes('evt_1', 'no es nuestro', '{failed}'), 'WB409 event_state', 'in a state that allows it');
select billing.note_deed('dismissed', 'eva', 'stripe', 'evt_1', 'no es nuestro', '{new}', '{}');
select is((select row(deed, actor, reason, detail ->> 'was') from billing.event_deed), row('dismissed'::text, 'eva'::text, 'no es nuestro'::text, 'new'::text), 'who did what, why, and how it was before');
select * from finish();
rollback;
