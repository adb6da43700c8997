-- The category of ours that a billing event's deductions name: category, else the conversation's type, else type (all
-- three are in use: contracts/gupshup.md §4.4); international authentication is authentication, customer service without
-- a fee is service. Null for what is none of ours.
create or replace function billing.said_category(p_deductions jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select m.ours
    from unnest(array[
           p_deductions ->> 'category', p_deductions ->> 'conversationType', p_deductions ->> 'conversation_type', p_deductions ->> 'type'])
         with ordinality s(said, place)
    join (values
           ('service', 'service'), ('free_customer_service', 'service'), ('utility', 'utility'), ('authentication', 'authentication'),
           ('authentication_international', 'authentication'), ('marketing', 'marketing'), ('marketing_lite', 'marketing_lite')) m(said, ours)
      on m.said = lower(s.said)
   order by s.place limit 1
$$;
comment on function billing.said_category(jsonb) is 'Internal. The category of ours that a billing event names, or null.';
