// What changed of a customer's data, field by field.

import type { Schemas } from '@/api/client'

export interface FieldChange {
  name: string
  before: string
  after: string
}

const NOTHING = '–'

function said(value: unknown): string {
  if (value === null || value === undefined || value === '') return NOTHING
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Empty for what is no change of the customer's data. */
export function changesOf({ event, detail }: Pick<Schemas['CustomerEvent'], 'event' | 'detail'>): FieldChange[] {
  if (event !== 'customer') return []
  const { before = {}, after = {} } = detail as { before?: Record<string, unknown>; after?: Record<string, unknown> }
  return Object.keys(after).map((name) => ({ name, before: said(before[name]), after: said(after[name]) }))
}
