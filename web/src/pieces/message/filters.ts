// What the list of messages is narrowed by: kept in the route, so that a link to a narrowed list is a route.

import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { paths } from '@/api/schema'

export type Period = '24h' | 'today' | '7d' | 'range'

export interface Filters {
  channel?: string
  direction?: 'in' | 'out'
  /** States or outcomes, with commas. */
  state?: string
  text?: string
  period?: Period
  /** Days such as `2026-11-22`, as the person's clock has them; both are within the range. */
  since?: string
  until?: string
}

/** What of `GET /messages` the filters decide. */
export type Wanted = NonNullable<paths['/api/v1/messages']['get']['parameters']['query']>

const PERIODS: readonly string[] = ['24h', 'today', '7d', 'range'] satisfies Period[]
const DAY = /^\d{4}-\d\d-\d\d$/
const DAY_MS = 86_400_000

/** The groups that a person asks for, in the words of the API. */
export const GROUPS = {
  done: 'done',
  waiting: 'waiting',
  failed: 'failed,refused,expired',
  unknown: 'unknown',
} as const

/** The ladder's states; `failed`, `unknown` and the like of one word stand for themselves among the groups. */
export const STATES = ['queued', 'sending', 'submitted', 'enqueued', 'sent', 'delivered', 'read', 'refused', 'expired'] as const

/** What of a route's query is a filter; anything else is passed over. */
export function filtersOf(query: LocationQuery): Filters {
  const said = (name: string) => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const day = (name: string) => (DAY.test(said(name) ?? '') ? said(name) : undefined)
  const direction = said('direction')
  const period = said('period')
  const isRange = period === 'range'
  return present({
    channel: said('channel'),
    direction: direction === 'in' || direction === 'out' ? direction : undefined,
    state: said('state'),
    text: said('text'),
    period: PERIODS.includes(period ?? '') ? (period as Period) : undefined,
    since: isRange ? day('since') : undefined,
    until: isRange ? day('until') : undefined,
  })
}

export function queryOf(filters: Filters): LocationQueryRaw {
  const { since, until, ...rest } = filters
  return present({ ...rest, ...(rest.period === 'range' ? { since, until } : {}) })
}

/** The call that the filters mean at `now`. */
export function wantedBy(filters: Filters, now = new Date()): Wanted {
  const { channel, direction, state, text } = filters
  return present({ channel_id: channel, direction, state, text: text?.trim() || undefined, ...spanOf(filters, now) })
}

function spanOf({ period, since, until }: Filters, now: Date): { since?: string; until?: string } {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  if (period === '24h') return { since: new Date(now.getTime() - DAY_MS).toISOString() }
  if (period === 'today') return { since: midnight.toISOString() }
  if (period === '7d') return { since: new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() - 6).toISOString() }
  return present({ since: since && dayAt(since, 0).toISOString(), until: until && dayAt(until, 1).toISOString() })
}

/** Midnight of a day, or of a day after it, by the person's clock. */
function dayAt(day: string, later: number): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later)
}

function present<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined && value !== '')) as T
}
