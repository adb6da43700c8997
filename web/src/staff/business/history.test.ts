import { describe, expect, it } from 'vitest'
import { changesOf } from './history'

describe('the history of a customer', () => {
  it('says each field before and after', () => {
    const detail = { before: { trade_name: 'Norte', tax_id: null }, after: { trade_name: 'Sur', tax_id: '20123456786' } }
    expect(changesOf({ event: 'customer', detail })).toEqual([
      { name: 'trade_name', before: 'Norte', after: 'Sur' },
      { name: 'tax_id', before: '–', after: '20123456786' },
    ])
  })

  it('has no fields for what happened to a wallet', () => {
    expect(changesOf({ event: 'frozen', detail: { after: 1 } })).toEqual([])
  })
})
