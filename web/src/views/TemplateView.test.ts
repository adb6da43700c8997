import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { shown } from '@/testing'
import TemplateView from './TemplateView.vue'
import TemplateWriteView from './TemplateWriteView.vue'

const ID = '0b4f9c6e-0000-4000-8000-000000000001'
const TEMPLATE = {
  template_id: ID, channel_id: ID, channel_name: 'Ventas', name: 'pedido_listo', language: 'es', category: 'utility', next_category: null, type: 'TEXT',
  status: 'approved', quality: 'GREEN', reason: null, header: null, body: 'Hola {{1}}, listo.', footer: null, buttons: [], variables: ['body.1'], examples: {},
  media_url: null, may_manage: true, may_send: true, task: null, changed_at: '2026-11-22T12:00:00Z', synced_at: null,
}
const PREVIEW = {
  header: null, text: '', footer: null, missing: ['body.1'], needs_media: false, window_until: null, contact_name: null, category: 'utility', country: 'MX',
  price: 12_500, is_free: false, currency: 'USD', reason: 'template_incomplete', explanation: null,
}
const detail = (told: object = {}) => ({
  template: { ...TEMPLATE, ...told }, changes: [], country: 'MX',
  prices: [{ category: 'utility', price: 12_500, currency: 'USD' }, { category: 'marketing', price: 50_000, currency: 'USD' }],
})
const view = (told: object, answers: Record<string, unknown> = {}) =>
  shown(TemplateView, { id: ID }, { answers: { [`GET /api/v1/templates/${ID}`]: detail(told), [`POST /api/v1/templates/${ID}/preview`]: PREVIEW, ...answers } })

describe('a template', () => {
  it('shows price and window before it is sent, and waits for every variable', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const page = await view({}, {
      [`POST /api/v1/templates/${ID}/preview`]: async (request: Request) => {
        const { values } = (await request.json()) as { values: Record<string, string> }
        return values['body.1'] ? { ...PREVIEW, missing: [], reason: null } : PREVIEW
      },
    })
    await page.get('input[name=phone]').setValue('+52 55 1234 5678')
    await vi.advanceTimersByTimeAsync(400)
    await flushPromises()
    expect(page.get('[data-cost]').text()).toMatch(/0[.,]0125/)
    expect(page.get('[data-cost]').text()).toContain('Cerrada')
    expect(page.get('[data-send]').text()).toContain('Complete todos los campos')
    expect(page.get('button[type=submit]').attributes('disabled')).toBeDefined()
    await page.get('input[name="body.1"]').setValue('Ana')
    await vi.advanceTimersByTimeAsync(400)
    await flushPromises()
    expect(page.get('[data-preview]').text()).toContain('Hola Ana, listo.')
    expect(page.get('button[type=submit]').attributes('disabled')).toBeUndefined()
    vi.useRealTimers()
    page.unmount()
  })

  it('that is paused says why and what to do, and is not sent', async () => {
    const page = await view({ status: 'paused', reason: 'quejas', may_send: false })
    expect(page.get('[data-state]').text()).toContain('WhatsApp dice: quejas.')
    expect(page.get('[data-state]').text()).toContain('Vuelve sola')
    expect(page.find('[data-send]').exists()).toBe(false)
    page.unmount()
  })

  it('whose category will change says what that costs', async () => {
    const page = await view({ next_category: 'marketing' })
    expect(page.text()).toContain('Meta la cambiará a la categoría Marketing')
    expect(page.text()).toMatch(/0[.,]05.* en lugar de .*0[.,]0125/)
    page.unmount()
  })

  it('says beside the field what WhatsApp would not take, and is not sent with it', async () => {
    const faults = [{ field: 'name', fault: 'required', most: null }, { field: 'body', fault: 'too_long', most: 1024 }]
    const page = await shown(TemplateWriteView, {}, {
      answers: { 'GET /api/v1/channels': [{ channel_id: ID, name: 'Ventas', phone: '5215550001111' }], 'POST /api/v1/templates/faults': faults },
    })
    await page.get('[data-template-form]').trigger('submit')
    await flushPromises()
    expect(page.text()).toContain('Falta completar este campo.')
    expect(page.text()).toContain('Como máximo 1024 caracteres.')
    expect(page.calls.filter(({ method, url }) => method === 'POST' && url.endsWith('/templates'))).toEqual([])
    page.unmount()
  })
})
