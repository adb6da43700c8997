// What was spent, made ready for bars: a column for every day, a share for every channel or category.

import type { Schemas } from '@/api/client'

export type Spent = Pick<Schemas['Consumption'], 'day' | 'channel_id' | 'category' | 'amount' | 'messages'>

export interface Total {
  amount: number
  messages: number
}
export interface Share extends Total {
  name: string
  /** Of the greatest one, from 0 to 1. */
  part: number
}

export const SPANS = ['7d', '30d', '90d'] as const
export type Span = (typeof SPANS)[number]

/** The last days up to today in a time zone, oldest first: `2026-11-22`. */
export function daysOf(span: Span, timeZone: string, now = new Date()): string[] {
  const count = Number.parseInt(span, 10)
  const [year = 0, month = 1, date = 1] = dayOf(now, timeZone).split('-').map(Number)
  return Array.from({ length: count }, (_, at) => new Date(Date.UTC(year, month - 1, date - (count - 1 - at))).toISOString().slice(0, 10))
}

/** `2026-11-22` of an instant, by the clock of a time zone (without one: the person's). */
export function dayOf(at: Date, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat('en', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).formatToParts(at)
  const said = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? ''
  return `${said('year')}-${said('month')}-${said('day')}`
}

/** Midnight of a day by the person's clock, `later` days after it. */
export function instantOf(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).toISOString()
}

export function totalOf(rows: readonly Spent[]): Total {
  return rows.reduce((sum, row) => ({ amount: sum.amount + row.amount, messages: sum.messages + row.messages }), { amount: 0, messages: 0 })
}

/** A share for each day, also for those on which nothing was spent. */
export function columnsOf(rows: readonly Spent[], days: readonly string[]): Share[] {
  return measured(days.map((name) => ({ name, ...totalOf(rows.filter((row) => row.day === name)) })))
}

/** Shares by channel or category, the greatest first. */
export function sharesOf(rows: readonly Spent[], by: 'channel_id' | 'category'): Share[] {
  const names = [...new Set(rows.map((row) => row[by]))]
  const totals = names.map((name) => ({ name, ...totalOf(rows.filter((row) => row[by] === name)) }))
  return measured(totals.sort((one, other) => other.amount - one.amount || other.messages - one.messages))
}

function measured(totals: (Total & { name: string })[]): Share[] {
  const greatest = Math.max(...totals.map(({ amount }) => amount), 0)
  return totals.map((total) => ({ ...total, part: greatest === 0 ? 0 : total.amount / greatest }))
}
