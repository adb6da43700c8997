import { describe, expect, it } from 'vitest'
import { formatsOf } from './formats'

describe('what a person reads', () => {
  const now = new Date(2026, 10, 22, 18, 0)

  it('is as short as it can be: the time today, the day this year, the year before', () => {
    const { when } = formatsOf('en')
    expect(when(new Date(2026, 10, 22, 9, 5).toISOString(), now)).toBe('09:05 AM')
    expect(when(new Date(2026, 2, 1, 9, 5).toISOString(), now)).toContain('Mar 1')
    expect(when(new Date(2025, 2, 1, 9, 5).toISOString(), now)).toContain('2025')
  })

  it('follows the language', () => {
    expect(formatsOf('pt').number(12345.6)).toBe('12.345,6')
    expect(formatsOf('en').number(12345.6)).toBe('12,345.6')
    expect(formatsOf('es').money(12.5, 'USD')).toMatch(/USD.*12.50/)
  })

  it('shows a number as it is dialled and leaves other names alone', () => {
    expect(formatsOf('es').phone('5215512345678')).toBe('+5215512345678')
    expect(formatsOf('es').phone('maria.lopez')).toBe('maria.lopez')
  })

  it('says how long something took', () => {
    expect(formatsOf('en').lasting(12.4)).toBe('12 ms')
    expect(formatsOf('en').lasting(2340)).toBe('2.3 s')
  })

  it('says how large a file is', () => {
    expect(formatsOf('en').size(900)).toBe('900 byte')
    expect(formatsOf('en').size(48_250)).toBe('48.3 kB')
    expect(formatsOf('es').size(1_240_000)).toBe('1.2 MB')
  })
})
