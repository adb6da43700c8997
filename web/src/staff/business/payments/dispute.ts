// What a case has done to the wallet so far.

import type { Schemas } from '@/api/client'

/** `asked`: no money moved; `taken`: the provider has it; `returned`: all of it is back; `lost`: it stays away; `over`: it never moved. */
export type Effect = 'asked' | 'taken' | 'returned' | 'lost' | 'over'

export function effectOf(dispute: Pick<Schemas['Dispute'], 'state' | 'withdrawn' | 'reinstated'>): Effect {
  const isOpen = dispute.state === 'open'
  if (dispute.withdrawn === 0) return isOpen ? 'asked' : 'over'
  if (dispute.reinstated >= dispute.withdrawn) return 'returned'
  return isOpen ? 'taken' : 'lost'
}
