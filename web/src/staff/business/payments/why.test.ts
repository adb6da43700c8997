import { describe, expect, it } from 'vitest'
import { isAssignable, whysOf } from './why'

const UNMATCHED = { evidence: [{ outcome: 'unmatched', reason: 'unknown_payment', kind: 'topup', amount: 9_000_000, currency: 'USD', ids: { payment: 'pi_1' } }] }

describe('why an event was not booked', () => {
  it('names each fact with its objects', () => {
    expect(whysOf(UNMATCHED)).toEqual([{ reason: 'unknown_payment', kind: 'topup', amount: 9_000_000, currency: 'USD', ids: ['pi_1'] }])
  })

  it('is the provider\'s code where he could not be asked, and never nothing', () => {
    expect(whysOf({ code: 'timeout', what: 'x' })[0]?.reason).toBe('timeout')
    expect(whysOf({ evidence: [] })[0]?.reason).toBe('unknown')
  })

  it('lets a person assign only what names an object', () => {
    expect(isAssignable('unmatched', UNMATCHED)).toBe(true)
    expect(isAssignable('failed', UNMATCHED)).toBe(false)
    expect(isAssignable('unmatched', { reason: 'malformed_call' })).toBe(false)
  })
})
