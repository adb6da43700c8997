// The statement: what of it is asked for, and the file of it.

import type { Schemas } from '@/api/client'
import type { paths } from '@/api/schema'
import { dayOf, instantOf } from './consumption'

export type Line = Schemas['StatementLine']
export type Wanted = NonNullable<paths['/api/v1/statement']['get']['parameters']['query']>

export const CATEGORIES = ['service', 'utility', 'authentication', 'marketing', 'marketing_lite'] as const

export interface StatementFilters {
  /** Days by the person's clock; both are within the range. */
  since: string
  until: string
  channel?: string
  category?: (typeof CATEGORIES)[number]
}

/** From the first of the month on. */
export function thisMonth(now = new Date()): StatementFilters {
  return { since: dayOf(new Date(now.getFullYear(), now.getMonth(), 1)), until: dayOf(now) }
}

/** The call that the filters mean; a day that is missing is no limit. */
export function wantedBy({ since, until, channel, category }: StatementFilters): Wanted {
  return {
    ...(since === '' ? {} : { from: instantOf(since) }),
    ...(until === '' ? {} : { to: instantOf(until, 1) }),
    ...(channel === undefined ? {} : { channel_id: channel }),
    ...(category === undefined ? {} : { category }),
  }
}

/** `estado_2026-11-01_2026-11-22.csv` */
export function fileNameOf(word: string, { since, until }: StatementFilters, kind: 'csv' | 'pdf'): string {
  return `${[word, since, until].filter((part) => part !== '').join('_')}.${kind}`
}

/** Hands a file to the person: the address of what is downloaded must not carry the token, so the file is made here. */
export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
