import { describe, expect, it } from 'vitest'
import { faultOf, standingOf, usedOf } from './limits'

describe('a spending cap', () => {
  it.each([
    [{ spent: 0, soft: 5, hard: 10 }, 'well', 0],
    [{ spent: 5, soft: 5, hard: 10 }, 'told', 50],
    [{ spent: 10, soft: 5, hard: 10 }, 'stopped', 100],
    [{ spent: 7, soft: 5, hard: null }, 'told', 100],
    [{ spent: 7, soft: null, hard: 10 }, 'well', 70],
    [{ spent: 0, soft: null, hard: 0 }, 'stopped', 100],
  ] as const)('%o stands %s, %i %% used', (cap, standing, used) => {
    expect(standingOf(cap)).toBe(standing)
    expect(usedOf(cap)).toBe(used)
  })

  it('says at least one amount, and tells before it refuses', () => {
    expect(faultOf(null, null)).toBe('empty')
    expect(faultOf(11, 10)).toBe('order')
    expect(faultOf(10, 10)).toBeNull()
    expect(faultOf(null, 10)).toBeNull()
  })
})
