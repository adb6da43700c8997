// Why no money came, in words that say what to do: providers have a hundred codes for ten things.

const SAME: Record<string, string[]> = {
  funds: [
    'insufficient_funds', 'card_velocity_exceeded', 'withdrawal_count_limit_exceeded', 'approve_with_id', 'TRANSACTION_LIMIT_EXCEEDED',
    'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
  ],
  expired: ['expired_card', 'CARD_EXPIRED'],
  confirm: ['needs_action', 'authentication_required', 'authentication_not_handled', 'PAYER_ACTION_REQUIRED', 'payment_intent_authentication_failure'],
  data: ['incorrect_cvc', 'invalid_cvc', 'incorrect_number', 'invalid_number', 'incorrect_zip', 'incorrect_address', 'invalid_expiry_month', 'invalid_expiry_year'],
  blocked: [
    'lost_card', 'stolen_card', 'pickup_card', 'restricted_card', 'card_not_supported', 'currency_not_supported', 'invalid_account', 'fraudulent',
    'merchant_blacklist', 'security_violation', 'transaction_not_allowed', 'revocation_of_authorization', 'revocation_of_all_authorizations',
    'stop_payment_order', 'no_action_taken', 'new_account_information_available',
  ],
  noCard: ['payment_method_missing', 'no_method'],
  small: ['amount_limits', 'amount_too_small'],
  unpaid: ['nobody_paid', 'expired'],
  left: ['cancelled', 'abandoned', 'requested_by_customer'],
  provider: ['timeout', 'no_answer', 'not_connected', 'unreadable_answer', 'processing_error', 'issuer_not_available', 'try_again_later', 'reenter_transaction', 'INTERNAL_SERVER_ERROR'],
}
const WORDS = new Map(Object.entries(SAME).flatMap(([word, codes]) => codes.map((code) => [code, word] as const)))

/** Which sentence of `billing.decline` says it; `bank` where nobody said more. */
export function declineWord(code: string | null | undefined): string {
  return WORDS.get(code ?? '') ?? 'bank'
}
