import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import SupportCard from './SupportCard.vue'
import { supportCard } from './support'

const GRANT = {
  grant_id: '0190b3c4-0000-7000-8000-00000000d001',
  reason: 'Falta un mensaje',
  state: 'active',
  granted_by: '1',
  granted_by_name: 'Ana Torres',
  granted_at: '2026-11-22T18:00:00Z',
  ends_at: '2026-11-23T18:00:00Z',
  ended_by: null,
  ended_by_name: null,
  ended_at: null,
  looks: 2,
  looked_at: '2026-11-22T19:00:00Z',
}
const LOOK = { looked_at: '2026-11-22T19:00:00Z', grant_id: GRANT.grant_id, name: 'Rita', kind: 'timeline', subject: 'wamid.7' }

async function card(answers: Record<string, unknown> = {}) {
  return shown(SupportCard, {}, { answers: { 'GET /api/v1/support/grants': [GRANT], 'GET /api/v1/support/looks': [LOOK], ...answers } })
}

describe('the access of support', () => {
  it('comes with its words', async () => {
    const taught: string[] = []
    const words = { locale: { value: 'pt' }, mergeLocaleMessage: (language: string) => taught.push(language) }
    expect(await supportCard(words as never)).toBe(SupportCard)
    expect(taught).toEqual(['pt'])
  })

  it('says who gave it, and what was looked at by whom', async () => {
    const page = await card()
    expect(page.get('[data-grant=active]').text()).toContain('Ana Torres')
    expect(page.get('[data-looks]').text()).toContain('Rita · historia de un mensaje · wamid.7')
    page.unmount()
  })

  it('is ended by hand', async () => {
    const page = await card({ [`DELETE /api/v1/support/grants/${GRANT.grant_id}`]: () => new Response(null, { status: 204 }) })
    await page.get('[data-grant=active] button').trigger('click')
    await flushPromises()
    expect(page.calls.map(({ method }) => method)).toContain('DELETE')
    page.unmount()
  })
})
