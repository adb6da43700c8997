// Rate cards: what a file's faults are called, what a draft changes.

import type { Schemas } from '@/api/client'

export type RateCard = Schemas['RateCard']
export type RateDifference = Schemas['RateDifference']
export type RateFault = Schemas['RateFault']

const FAULTS = [
  'missing', 'unknown', 'not_an_amount', 'not_a_count', 'not_a_flag', 'not_an_instant', 'repeated', 'empty', 'missing_column',
  'unknown_column', 'too_many_cells',
]

/** The text key of what is wrong; a word that is new to this page is «not right». */
export function faultKey({ problem }: Pick<RateFault, 'problem'>): string {
  return `business.tariffs.fault.${FAULTS.includes(problem) ? problem : 'other'}`
}

/** How many faults a file has, those that were not sent included. */
export function faultCount({ faults, more_faults }: Pick<Schemas['LoadedCard'], 'faults' | 'more_faults'>): number {
  return faults.length + more_faults
}

/** Does a row change in more than its price and cost? */
export function changesTerms({ before, after }: Pick<RateDifference, 'before' | 'after'>): boolean {
  if (!before || !after) return false
  return (['moment', 'free_per_month', 'surcharge', 'reverse_on_failure'] as const).some((name) => before[name] !== after[name])
}

export const STANDING_COLOURS = {
  draft: 'air-secondary-accent',
  discarded: 'air-tertiary',
  upcoming: 'air-primary-warning',
  in_force: 'air-primary-success',
  ended: 'air-tertiary',
} as const satisfies Record<RateCard['standing'], string>
