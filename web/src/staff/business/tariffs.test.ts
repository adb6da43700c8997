import { describe, expect, it } from 'vitest'
import { changesTerms, faultCount, faultKey } from './tariffs'

const terms = { price: 2, cost: 1, moment: 'sent' as const, free_per_month: 0, surcharge: 0, reverse_on_failure: true }

describe('a rate card', () => {
  it('calls faults by their names, and a new one not right', () => {
    expect(faultKey({ problem: 'not_an_amount' })).toBe('business.tariffs.fault.not_an_amount')
    expect(faultKey({ problem: 'haunted' })).toBe('business.tariffs.fault.other')
  })

  it('counts faults that were not sent', () => {
    const fault = { line: 2, column: 'price', problem: 'missing', value: null }
    expect(faultCount({ faults: [fault], more_faults: 9 })).toBe(10)
  })

  it('tells a new price from new terms', () => {
    expect(changesTerms({ before: terms, after: { ...terms, price: 3 } })).toBe(false)
    expect(changesTerms({ before: terms, after: { ...terms, moment: 'delivered' } })).toBe(true)
    expect(changesTerms({ before: null, after: terms })).toBe(false)
  })
})
