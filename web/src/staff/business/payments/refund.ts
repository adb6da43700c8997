// What a refund would do, before it is asked for; our server decides.

import type { Schemas } from '@/api/client'

export interface PlannedRefund {
  /** Millionths. */
  amount: number
  isAll: boolean
  /** What the wallet lacks for it: it will be owed. */
  lacks: number
  fault: 'none' | 'more' | 'finer' | null
}

type Payment = Pick<Schemas['StaffPayment'], 'refundable' | 'step' | 'tax' | 'captured' | 'balance'>

export function refundOf(payment: Payment, typed: number | null): PlannedRefund {
  const amount = typed ?? 0
  const isFine = amount % payment.step !== 0
  const fault = amount <= 0 ? 'none' : amount > payment.refundable ? 'more' : isFine ? 'finer' : null
  // The tax goes back from its own account, not from the wallet.
  const net = payment.captured > 0 ? amount - Math.round((payment.tax * amount) / payment.captured) : amount
  return {
    amount,
    isAll: amount === payment.refundable,
    lacks: fault === null ? Math.max(net - Math.max(payment.balance, 0), 0) : 0,
    fault,
  }
}
