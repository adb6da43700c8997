import { describe, expect, it } from 'vitest'
import { fieldOf, microsOf } from './money'

describe('an amount in a field', () => {
  it.each([
    ['12.5', 12_500_000],
    [0, 0],
    ['0.0049', 4_900],
    ['1.1', 1_100_000],
    ['', null],
    [null, null],
    ['-1', null],
    ['mucho', null],
  ])('of «%s» is %s millionths', (typed, expected) => {
    expect(microsOf(typed)).toBe(expected)
  })

  it('is written as it was typed', () => {
    expect(fieldOf(microsOf('12.5'))).toBe('12.5')
    expect(fieldOf(null)).toBe('')
  })
})
