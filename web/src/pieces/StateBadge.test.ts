import { describe, expect, it } from 'vitest'
import es from '@/locales/es'
import { shown } from '@/testing'
import StateBadge from './StateBadge.vue'

describe('a message\'s state', () => {
  it.each(Object.entries(es.message.state))('%s is told by a word and by a mark that needs no colour', async (state, word) => {
    const badge = await shown(StateBadge, { of: 'message' as const, state })
    expect(badge.text()).toBe(word)
    expect(badge.find('svg').exists()).toBe(true)
  })

  it('shows what needs somebody louder than what went well', async () => {
    const look = async (state: string) => (await shown(StateBadge, { of: 'message' as const, state })).classes().join(' ')
    expect(await look('failed')).toContain('alert')
    expect(await look('read')).not.toContain('filled')
  })
})
