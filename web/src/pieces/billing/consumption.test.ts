import { describe, expect, it } from 'vitest'
import { columnsOf, daysOf, sharesOf, totalOf, type Spent } from './consumption'

const spent = (day: string, channel_id: string, category: Spent['category'], amount: number, messages = 1): Spent => ({ day, channel_id, category, amount, messages })
const ROWS = [
  spent('2026-11-20', 'a', 'service', 100),
  spent('2026-11-22', 'a', 'marketing', 300, 2),
  spent('2026-11-22', 'b', 'service', 100, 4),
]

describe('what was spent', () => {
  it('has a column for every day, the empty ones included', () => {
    const columns = columnsOf(ROWS, daysOf('7d', 'America/Lima', new Date('2026-11-23T04:59:00Z')))
    expect(columns.map(({ name, amount }) => [name, amount])).toEqual([
      ['2026-11-16', 0], ['2026-11-17', 0], ['2026-11-18', 0], ['2026-11-19', 0],
      ['2026-11-20', 100], ['2026-11-21', 0], ['2026-11-22', 400],
    ])
    expect(columns[4]?.part).toBe(0.25)
  })

  it('is shared out with the greatest first, and nothing gets lost', () => {
    expect(sharesOf(ROWS, 'channel_id').map(({ name, amount, part }) => [name, amount, part])).toEqual([['a', 400, 1], ['b', 100, 0.25]])
    expect(sharesOf(ROWS, 'category').map(({ name, messages }) => [name, messages])).toEqual([['marketing', 2], ['service', 5]])
    expect(totalOf(sharesOf(ROWS, 'category').map((share) => spent('', '', 'service', share.amount, share.messages)))).toEqual(totalOf(ROWS))
  })

  it('of free messages has bars without a length', () => {
    expect(columnsOf([spent('2026-11-22', 'a', 'service', 0)], ['2026-11-22'])[0]?.part).toBe(0)
  })
})
