// The report of margins: totals in one currency, how rows compare, and the time that is asked for.

import type { Schemas } from '@/api/client'

export type Margin = Schemas['Margin']
export const SPANS = ['7d', '30d', '90d', '365d'] as const
export type Span = (typeof SPANS)[number]
export const GROUPS = ['customer', 'channel', 'country', 'category'] as const
export type Group = (typeof GROUPS)[number]

export interface Totals {
  messages: number
  price: number
  cost: number
  margin: number
  /** A row is left out because no exchange rate of its currency is known. */
  isPartial: boolean
}

/** Added up in the report's currency, in millionths. */
export function totalsOf(rows: Margin[]): Totals {
  const known = rows.filter(({ margin_in }) => margin_in !== null && margin_in !== undefined)
  const sum = (of: (row: Margin) => number | null | undefined) => known.reduce((all, row) => all + (of(row) ?? 0), 0)
  return {
    messages: sum((row) => row.messages),
    price: sum((row) => row.price_in),
    cost: sum((row) => row.cost_in),
    margin: sum((row) => row.margin_in),
    isPartial: known.length < rows.length,
  }
}

/** How long a row's bar is, of 1 for the largest; a loss is as long as a profit of the same size. */
export function partOf(row: Margin, rows: Margin[]): number {
  const largest = Math.max(...rows.map(({ margin_in }) => Math.abs(margin_in ?? 0)))
  return largest === 0 ? 0 : Math.abs(row.margin_in ?? 0) / largest
}

/** The margin in whole hundredths of the price; null where nothing was paid. */
export function percentOf(margin: number, price: number): number | null {
  return price === 0 ? null : Math.round((margin / price) * 100)
}

/** The instants of a span that ends now. */
export function rangeOf(span: Span, now = new Date()): { from: string; to: string } {
  const from = new Date(now)
  from.setDate(from.getDate() - Number.parseInt(span))
  return { from: from.toISOString(), to: now.toISOString() }
}
