// Which amounts a provider takes.

import type { Schemas } from '@/api/client'

/** Within the limits, and a multiple of what the provider can express (yen have no decimals). */
export function isPayable(micros: number | null, offer: Pick<Schemas['TopupOffer'], 'minimum' | 'maximum' | 'grain'>): boolean {
  return micros !== null && micros >= offer.minimum && micros <= offer.maximum && micros % offer.grain === 0
}
