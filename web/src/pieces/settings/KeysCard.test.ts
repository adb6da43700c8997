import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import KeysCard from './KeysCard.vue'
import { keysCard } from './keys'

const KEY = {
  key_id: '0190b3c4-0000-7000-8000-00000000c001',
  name: 'Informes',
  hint: 'wab24_Ab12Cd',
  scopes: ['channel.view', 'billing.view'],
  state: 'active',
  created_by: '1',
  created_at: '2026-11-22T18:00:00Z',
  expires_at: '2027-02-20T18:00:00Z',
  used_at: null,
  revoked_by: null,
  revoked_at: null,
}
const GRANTABLE = ['billing.view', 'channel.view']

async function card(answers: Record<string, unknown>) {
  return shown(KeysCard, {}, { answers: { 'GET /api/v1/keys': { keys: [KEY], grantable: GRANTABLE }, ...answers } })
}

describe('the keys of third parties', () => {
  it('come with their words', async () => {
    const taught: string[] = []
    const words = { locale: { value: 'pt' }, mergeLocaleMessage: (language: string) => taught.push(language) }
    expect(await keysCard(words as never)).toBe(KeysCard)
    expect(taught).toEqual(['pt'])
  })

  it('say in words what each may do, and whether it was used', async () => {
    const page = await card({})
    const row = page.get('[data-key=Informes]').text()
    expect(row).toContain('Ver canales · Ver saldo y movimientos')
    expect(row).toContain('Sin uso todavía')
    expect(row).toContain('wab24_Ab12Cd…')
    page.unmount()
  })

  it('are revoked only after a question that says what happens', async () => {
    const page = await card({ [`DELETE /api/v1/keys/${KEY.key_id}`]: () => new Response(null, { status: 204 }) })
    await page.get('[data-key=Informes] button').trigger('click')
    await flushPromises()
    expect(page.calls.map(({ method }) => method)).not.toContain('DELETE')
    expect(document.body.textContent).toContain('deja de funcionar de inmediato')
    const answer = [...document.querySelectorAll<HTMLButtonElement>('[role=dialog] button')].find(({ textContent }) => textContent?.includes('Revocar'))
    answer?.click()
    await flushPromises()
    expect(page.calls.map(({ method }) => method)).toContain('DELETE')
    page.unmount()
  })
})
