// Why an event was not booked, as what became of it says (`billing.book_event`, `billing.settle_event`).

export interface Why {
  /** A reason of ours, or the provider's code. */
  reason: string
  kind: string | null
  /** Millionths. */
  amount: number | null
  currency: string | null
  /** The provider's objects. */
  ids: string[]
}

interface Wrong {
  reason?: string | null
  kind?: string | null
  amount?: number | null
  currency?: string | null
  ids?: Record<string, string> | null
}

/** One for each fact that was not booked; at least one. */
export function whysOf(detail: Record<string, unknown>): Why[] {
  const wrong = Array.isArray(detail['evidence']) ? (detail['evidence'] as Wrong[]) : []
  if (wrong.length > 0) {
    return wrong.map(({ reason, kind, amount, currency, ids }) => ({
      reason: reason ?? 'unknown',
      kind: kind ?? null,
      amount: amount ?? null,
      currency: currency ?? null,
      ids: Object.values(ids ?? {}),
    }))
  }
  const said = detail['reason'] ?? detail['code']
  return [{ reason: typeof said === 'string' ? said : 'unknown', kind: null, amount: null, currency: null, ids: [] }]
}

/** Can a person say which payment it belongs to? Only what names objects of the provider. */
export function isAssignable(state: string, detail: Record<string, unknown>): boolean {
  return state === 'unmatched' && whysOf(detail).some(({ ids }) => ids.length > 0)
}
