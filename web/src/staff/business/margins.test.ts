import { describe, expect, it } from 'vitest'
import { partOf, percentOf, rangeOf, totalsOf, type Margin } from './margins'

const row = (more: Partial<Margin>): Margin => ({
  key: 'MX', name: 'MX', currency: 'USD', messages: 1, price: 10, cost: 4, margin: 6, price_in: 10, cost_in: 4, margin_in: 6, ...more,
})

describe('the report of margins', () => {
  it('adds up what can be compared and says when something cannot', () => {
    expect(totalsOf([row({}), row({ messages: 2 })])).toEqual({ messages: 3, price: 20, cost: 8, margin: 12, isPartial: false })
    const strange = row({ currency: 'CLP', price_in: null, cost_in: null, margin_in: null })
    expect(totalsOf([row({}), strange])).toEqual({ messages: 1, price: 10, cost: 4, margin: 6, isPartial: true })
  })

  it('compares rows by the size of profit or loss', () => {
    const rows = [row({ margin_in: 6 }), row({ margin_in: -12 }), row({ margin_in: null })]
    expect(rows.map((one) => partOf(one, rows))).toEqual([0.5, 1, 0])
    expect(partOf(row({ margin_in: 0 }), [row({ margin_in: 0 })])).toBe(0)
  })

  it('says the margin of the price, which may be nothing', () => {
    expect([percentOf(6, 10), percentOf(-5, 10), percentOf(-5, 0)]).toEqual([60, -50, null])
  })

  it('asks for the days until now', () => {
    const now = new Date('2026-11-22T12:00:00Z')
    expect(rangeOf('7d', now)).toEqual({ from: '2026-11-15T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z' })
  })
})
