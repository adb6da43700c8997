-- Keeps evidence, once per business key, each with its payment. For billing.settle_payment(), which holds the wallets. Returns
-- the rows decided: repeated (known), conflict (known with another amount), refused (no_wallet, wallet_currency), unmatched (its
-- objects lead to no payment); a row that still has no outcome is new and waits to be posted. Locks nothing that the wallets do not cover.
create or replace function billing.keep_evidence(p_rows billing.proof[]) returns billing.proof[]
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := tenancy.now();
  v_rows billing.proof[] := '{}';
  v_row billing.proof;
  v_known billing.evidence;
  v_wallet text;
begin
  foreach v_row in array p_rows
  loop
    if v_row.outcome is null then
      select w.currency into v_wallet from billing.wallet w where w.portal_id = v_row.portal_id;
      select * into v_known from billing.evidence e where e.portal_id = v_row.portal_id and e.business_key = v_row.business_key;
      if v_known.business_key is not null then
        v_row.payment_id := v_known.payment_id;
        v_row.outcome := 'repeated';
        -- Of what moves no money only the newest word counts; of money the first.
        if v_row.kind <> v_known.kind
           or v_row.kind not in ('dispute_opened', 'dispute_closed', 'declined')
              and row(v_row.amount, v_row.tax, v_row.fee, v_row.currency) is distinct from row(v_known.amount, v_known.tax, v_known.fee, v_known.currency)
        then
          v_row.outcome := 'conflict';
          v_row.reason := 'conflict';
          v_row.detail := jsonb_build_object('key', v_row.business_key, 'amount', v_known.amount);
        elsif v_row.kind in ('dispute_opened', 'dispute_closed') then
          update billing.evidence e set status = v_row.status, due_by = v_row.due_by, amount = v_row.amount, state = 'waits'
           where e.portal_id = v_row.portal_id and e.business_key = v_row.business_key;
        end if;
      elsif v_wallet <> v_row.currency and v_row.kind in ('topup', 'refund', 'refund_failed', 'dispute_withdrawn', 'dispute_reinstated') then
        v_row.outcome := 'refused';
        v_row.reason := 'wallet_currency';
        v_row.detail := jsonb_build_object('currency', v_row.currency, 'wallet', v_wallet);
      else
        v_row.payment_id := billing.payment_of_evidence(v_row);
        if v_row.payment_id is null then
          v_row.outcome := 'unmatched';
          v_row.reason := 'unknown_payment';
        else
          insert into billing.evidence (
            portal_id, business_key, payment_id, provider, kind, amount, tax, fee, currency, ids, reason, retry, status, due_by, at, received_at)
          values (v_row.portal_id, v_row.business_key, v_row.payment_id, v_row.provider, v_row.kind, v_row.amount, v_row.tax, v_row.fee,
                  v_row.currency, v_row.ids, v_row.because, v_row.retry, v_row.status, v_row.due_by, v_row.at, v_now);
          update billing.provider_object o set payment_id = v_row.payment_id
            from jsonb_each_text(v_row.ids) k
           where k.key in ('payment', 'charge', 'invoice', 'refund', 'dispute', 'checkout', 'subscription') and o.provider = v_row.provider
             and o.object_id = k.value and o.portal_id = v_row.portal_id
             and (o.payment_id is null or k.key in ('payment', 'charge', 'invoice', 'refund', 'dispute') and v_row.kind <> 'declined');
        end if;
      end if;
    end if;
    v_rows := v_rows || v_row;
  end loop;
  return v_rows;
end
$$;
comment on function billing.keep_evidence(billing.proof[]) is
  'Internal, batch. Keeps evidence once per business key, each with its payment; says what is repeated, in conflict or refused.';
