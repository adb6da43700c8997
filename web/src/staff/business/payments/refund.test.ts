import { describe, expect, it } from 'vitest'
import { refundOf } from './refund'

const PAYMENT = { refundable: 20_000_000, step: 10_000, tax: 0, captured: 20_000_000, balance: 15_000_000 }

describe('a refund before it is asked for', () => {
  it('is all or a part, to the cent', () => {
    expect(refundOf(PAYMENT, 20_000_000)).toMatchObject({ isAll: true, fault: null })
    expect(refundOf(PAYMENT, 7_330_000)).toMatchObject({ amount: 7_330_000, isAll: false, fault: null })
  })

  it.each([
    [null, 'none'],
    [0, 'none'],
    [20_010_000, 'more'],
    [7_335_000, 'finer'],
  ] as const)('of %s is refused: %s', (typed, fault) => {
    expect(refundOf(PAYMENT, typed).fault).toBe(fault)
  })

  it('says what the wallet lacks, which the tax does not come from', () => {
    expect(refundOf(PAYMENT, 20_000_000).lacks).toBe(5_000_000)
    expect(refundOf({ ...PAYMENT, tax: 4_000_000 }, 20_000_000).lacks).toBe(1_000_000)
    expect(refundOf({ ...PAYMENT, balance: -1 }, 10_000).lacks).toBe(10_000)
    expect(refundOf(PAYMENT, 15_000_000).lacks).toBe(0)
  })
})
