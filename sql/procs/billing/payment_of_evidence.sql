-- Which payment an evidence is about: the one whose money it names; else the intent that its objects lead to, whose money this
-- becomes. Where that intent has money elsewhere already (a period of a scheduled top-up, a second capture), a payment of its own is
-- made for it. A declined attempt has no money. For billing.keep_evidence(), which holds the wallet. Null: none.
create or replace function billing.payment_of_evidence(p_row billing.proof) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_money text := p_row.ids ->> 'payment';
  v_found billing.payment;
  v_new billing.payment;
begin
  select * into v_found from billing.payment p
   where p.portal_id = p_row.portal_id and p.provider = p_row.provider and p.money_object = v_money;
  if found then
    return v_found.payment_id;
  end if;
  select p.* into v_found
    from jsonb_each_text(p_row.ids) k
    join billing.provider_object o on o.provider = p_row.provider and o.object_id = k.value and o.portal_id = p_row.portal_id
    join billing.payment p on p.portal_id = o.portal_id and p.payment_id = o.payment_id
   where k.key not in ('portal_id', 'refund_id', 'method', 'customer')
   order by array_position('{payment,charge,invoice,refund,dispute,checkout,payment_id,subscription}', k.key), p.payment_id
   limit 1;
  if v_found.payment_id is null or v_money is null or p_row.kind = 'declined' then
    return v_found.payment_id;
  elsif v_found.money_object is null and v_found.kind <> 'method' then
    update billing.payment p set money_object = v_money where p.portal_id = v_found.portal_id and p.payment_id = v_found.payment_id;
    return v_found.payment_id;
  end if;
  v_new.portal_id := v_found.portal_id;
  v_new.payment_id := tenancy.new_id();
  v_new.provider := v_found.provider;
  v_new.kind := case v_found.kind when 'method' then 'topup' else v_found.kind end;
  v_new.every := v_found.every;
  v_new.key := concat_ws(':', 'money', v_found.provider, v_money);
  v_new.amount := greatest(p_row.amount - p_row.tax, 1);
  v_new.currency := v_found.currency;
  v_new.actor := v_found.provider;
  v_new.livemode := v_found.livemode;
  v_new.parent_id := v_found.payment_id;
  v_new.money_object := v_money;
  v_new := billing.new_payment(v_new);
  v_new.ask_at := 'infinity';
  insert into billing.payment select v_new.*;
  return v_new.payment_id;
end
$$;
comment on function billing.payment_of_evidence(billing.proof) is
  'Internal. Which payment an evidence is about; makes one for further money of an intent.';
