import { describe, expect, it } from 'vitest'
import { filtersOf, queryOf, wantedBy } from './filters'

describe('the filters of the list', () => {
  const now = new Date(2026, 10, 22, 18, 30)

  it('are what the route says, and no more than it may say', () => {
    expect(filtersOf({ channel: 'c1', direction: 'sideways', state: 'failed', period: 'century', since: '2026-01-01', other: 'x' })).toEqual({
      channel: 'c1',
      state: 'failed',
    })
    expect(filtersOf({ direction: 'in', text: ['a', 'b'], period: 'range', since: '2026-11-01', until: 'soon' })).toEqual({
      direction: 'in',
      period: 'range',
      since: '2026-11-01',
    })
  })

  it('go back into the route as they came', () => {
    const query = { channel: 'c1', direction: 'out', state: 'sent', text: 'hola', period: 'range', since: '2026-11-01', until: '2026-11-02' }
    expect(queryOf(filtersOf(query))).toEqual(query)
    expect(queryOf({ period: 'today', since: '2026-11-01' })).toEqual({ period: 'today' })
  })

  it('mean days of the person\'s clock, the last one to its end', () => {
    expect(wantedBy({ period: 'range', since: '2026-11-01', until: '2026-11-02' }, now)).toEqual({
      since: new Date(2026, 10, 1).toISOString(),
      until: new Date(2026, 10, 3).toISOString(),
    })
    expect(wantedBy({ period: 'today' }, now)).toEqual({ since: new Date(2026, 10, 22).toISOString() })
    expect(wantedBy({ period: '7d' }, now)).toEqual({ since: new Date(2026, 10, 16).toISOString() })
    expect(wantedBy({ period: '24h' }, now)).toEqual({ since: new Date(2026, 10, 21, 18, 30).toISOString() })
  })

  it('leave out what is empty', () => {
    expect(wantedBy({ channel: 'c1', text: '  ' }, now)).toEqual({ channel_id: 'c1' })
  })
})
