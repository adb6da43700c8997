import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import CrmRuleCard from './CrmRuleCard.vue'

const RULE = {
  becomes: 'deal', category_id: 9, stage_id: 'C9:NEW', responsible: 'round_robin', open_item: 'keep', version: 3,
  changed_by: 'Ana Torres', changed_at: '2026-11-22T18:00:00Z', may_change: true, receivers: ['Beto', 'Carla'],
  done: 12, unanswered: 2, waiting: 0, failed: 0, failure: null, explanation: null,
}
const FUNNELS = {
  lead_stages: [{ stage_id: 'NEW', name: 'Nuevo' }],
  funnels: [
    { category_id: 0, name: 'General', stages: [{ stage_id: 'NEW', name: 'Nuevo' }] },
    { category_id: 9, name: 'WhatsApp', stages: [{ stage_id: 'C9:NEW', name: 'Recién llegado' }] },
  ],
}
const PATH = '/api/v1/channels/c1/crm'
const card = (rule: object = {}, more: Record<string, unknown> = {}) =>
  shown(CrmRuleCard, { channelId: 'c1' }, {
    answers: { [`GET ${PATH}`]: { ...RULE, ...rule }, [`GET ${PATH}/funnels`]: FUNNELS, ...more },
  })
const sent = async (page: { calls: Request[] }) => (await page.calls.find(({ method }) => method === 'PUT')?.clone().json()) as unknown

describe('the rule for the CRM', () => {
  it('shows what a new client becomes, where, whose turn it is and how it goes', async () => {
    const page = await card()
    await flushPromises()
    expect(page.get('[data-funnel]').text()).toContain('WhatsApp')
    expect(page.get('[data-stage]').text()).toContain('Recién llegado')
    expect(page.get('[data-receivers]').text()).toBe('Tienen turno: Beto, Carla.')
    expect(page.get('[data-figures]').text()).toContain('Listos12')
    expect(page.text()).toContain('rastreador del canal abierto no actúa')
    page.unmount()
  })

  it('offers no funnel where the open channel itself keeps the CRM', async () => {
    const page = await card({ becomes: 'portal', category_id: null, stage_id: null, version: null, changed_by: null })
    expect(page.find('[data-stage]').exists()).toBe(false)
    expect(page.find('[data-figures]').exists()).toBe(false)
    expect(page.calls.some(({ url }) => url.endsWith('/funnels'))).toBe(false)
    page.unmount()
  })

  it('saves what was chosen, with the version that was shown', async () => {
    const page = await card({ receivers: [] }, { [`PUT ${PATH}`]: { ...RULE, becomes: 'contact', category_id: null, stage_id: null, version: 4 } })
    expect(page.get('[data-nobody]').text()).toContain('recibe clientes nuevos')
    await page.get('[data-becomes] [value="contact"]').trigger('click')
    await page.get('form').trigger('submit')
    await flushPromises()
    expect(await sent(page)).toEqual({
      becomes: 'contact', responsible: 'round_robin', open_item: 'keep', version: 3, category_id: null, stage_id: null,
    })
    expect(page.text()).toContain('Guardado.')
    page.unmount()
  })

  it('shows the other one\'s rule to whoever was slower', async () => {
    const stale = new Response(JSON.stringify({ reason: 'stale_version', status: 409, facts: {} }), {
      status: 409, headers: { 'content-type': 'application/problem+json' },
    })
    let version = 3
    const page = await card({}, {
      [`GET ${PATH}`]: () => ({ ...RULE, version: version++, responsible: version > 4 ? 'first_to_answer' : 'round_robin' }),
      [`PUT ${PATH}`]: stale,
    })
    await page.get('[data-becomes] [value="contact"]').trigger('click')
    await page.get('form').trigger('submit')
    await flushPromises()
    expect(page.get('[data-stale]').text()).toContain('Otra persona cambió esta regla')
    expect(page.find('[data-receivers]').exists()).toBe(false)
    page.unmount()
  })

  it('is read-only for who may not change it, and names what went wrong', async () => {
    const page = await card({ may_change: false, receivers: [], failed: 1, failure: 'Stage not found' })
    expect(page.find('form').exists()).toBe(false)
    expect(page.text()).toContain('Solo un administrador')
    expect(page.text()).toContain('lleva más tiempo sin recibir un cliente nuevo')
    expect(page.get('[data-failure]').text()).toContain('«Stage not found»')
    page.unmount()
  })
})
