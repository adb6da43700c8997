// The order to recharge the balance by itself: what is wrong with what was typed, and how it stands.

import type { Schemas } from '@/api/client'

export type Recharge = NonNullable<Schemas['Balance']['recharge']>
/** Which words the person agreed to; another one when they change. Kept with his consent. */
export const CONSENT_TEXT = 'recharge-2026-11'
/** So many declines in a row turn the order off. */
const MOST_FAILURES = 3

export interface RechargeForm {
  threshold: number | null
  /** So much each time; null where it is filled up to `target`. */
  amount: number | null
  target: number | null
  cap: number | null
}

export function faultOfRecharge({ threshold, amount, target, cap }: RechargeForm): 'empty' | 'target' | 'cap' | null {
  if (threshold === null || !cap || (!amount && !target)) return 'empty'
  if (target !== null && target <= threshold) return 'target'
  return cap < (amount ?? (target ?? 0) - threshold) ? 'cap' : null
}

export type RechargeStanding = 'off' | 'on' | 'stopped' | 'declined' | 'capped' | 'noCard'

/** The one thing to know of it first. `hasCard`: is there a card that it can charge? */
export function standingOfRecharge(order: Recharge | null, hasCard: boolean): RechargeStanding {
  if (order === null || !order.is_on) return (order?.failures ?? 0) >= MOST_FAILURES ? 'stopped' : 'off'
  if (!hasCard) return 'noCard'
  if (order.failures > 0) return 'declined'
  const next = order.amount ?? (order.target ?? 0) - order.threshold
  return order.used + next > order.monthly_cap ? 'capped' : 'on'
}
