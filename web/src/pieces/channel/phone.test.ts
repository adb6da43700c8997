import { describe, expect, it } from 'vitest'
import { digitsOf, phoneProblem } from './phone'

describe('a telephone number', () => {
  it('is read however people write it', () => {
    expect(['+52 (1) 555-000.1111', '5215550001111', ' +55 11 98765 4321 '].map(digitsOf)).toEqual([
      '5215550001111',
      '5215550001111',
      '5511987654321',
    ])
  })

  it('is said to be wrong with the reason', () => {
    expect(['', '+', 'cincuenta', '0051987654321', '5551', '1234567890123456'].map(phoneProblem)).toEqual([
      'empty',
      'empty',
      'letters',
      'zero',
      'short',
      'long',
    ])
    expect(phoneProblem('+51 987 654 321')).toBeNull()
  })
})
