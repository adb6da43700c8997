// Spending caps: whom they hold, how near they are, and what a person may set.

import type { Schemas } from '@/api/client'

export type Cap = Schemas['Cap']
export type CapOrder = Schemas['CapOrder']

/** `told`: people were told, messages go on; `stopped`: what would cost is refused. */
export type Standing = 'well' | 'told' | 'stopped'

export function standingOf({ spent, soft, hard }: Pick<Cap, 'spent' | 'soft' | 'hard'>): Standing {
  if (hard !== null && spent >= hard) return 'stopped'
  return soft !== null && spent >= soft ? 'told' : 'well'
}

/** How much of the cap is used, from 0 to 100: of the hard one where there is one. */
export function usedOf({ spent, soft, hard }: Pick<Cap, 'spent' | 'soft' | 'hard'>): number {
  const cap = hard ?? soft ?? 0
  return cap === 0 ? 100 : Math.min(Math.round((spent / cap) * 100), 100)
}

export type Fault = 'empty' | 'order'

/** Why a cap can't be set like this; null where it can. Both amounts in millionths. */
export function faultOf(soft: number | null, hard: number | null): Fault | null {
  if (soft === null && hard === null) return 'empty'
  return soft !== null && hard !== null && soft > hard ? 'order' : null
}
