import { describe, expect, it } from 'vitest'
import { fileNameOf, thisMonth, wantedBy } from './statement'

describe('the statement that is asked for', () => {
  it('begins with the month', () => {
    expect(thisMonth(new Date(2026, 10, 22, 23, 0))).toEqual({ since: '2026-11-01', until: '2026-11-22' })
  })

  it('has both of its days within it', () => {
    const { from, to } = wantedBy({ since: '2026-11-22', until: '2026-11-22' })
    expect(new Date(String(to)).getTime() - new Date(String(from)).getTime()).toBe(86_400_000)
  })

  it('is limited by nothing that was left empty', () => {
    expect(wantedBy({ since: '', until: '' })).toEqual({})
    expect(wantedBy({ since: '', until: '', channel: 'a', category: 'service' })).toEqual({ channel_id: 'a', category: 'service' })
  })

  it('is a file that says its days', () => {
    expect(fileNameOf('estado', { since: '2026-11-01', until: '' }, 'csv')).toBe('estado_2026-11-01.csv')
  })
})
