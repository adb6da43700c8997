import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { shown } from '@/testing'
import ChatTemplatesView from './ChatTemplatesView.vue'

const ID = '0b4f9c6e-0000-4000-8000-000000000001'
const TEMPLATE = {
  template_id: ID, channel_id: ID, channel_name: 'Ventas', name: 'pedido_listo', language: 'es', category: 'utility', next_category: null, type: 'TEXT',
  status: 'approved', quality: 'GREEN', reason: null, header: null, body: 'Hola {{1}}, listo.', footer: null, buttons: [], variables: ['body.1'], examples: {},
  media_url: null, may_manage: false, may_send: true, task: null, changed_at: '2026-11-22T12:00:00Z', synced_at: null,
}
const OTHER = { ...TEMPLATE, template_id: '0b4f9c6e-0000-4000-8000-000000000002', name: 'cita', body: 'Su cita.', variables: [] }
const CHAT = {
  conversation_id: ID, channel_id: ID, channel_name: 'Ventas', contact_name: 'Carla', phone: '5215551234567', window_until: null, may_write: true,
}
const PREVIEW = {
  header: null, text: 'Hola Ana, listo.', footer: null, missing: [], needs_media: false, window_until: null, contact_name: 'Carla', category: 'utility',
  country: 'MX', price: 12_500, is_free: false, currency: 'USD', reason: null, explanation: null,
}
const beside = (dialogId: unknown, answers: Record<string, unknown> = {}) =>
  shown(ChatTemplatesView, {}, {
    session: { page: 'chat-templates', placement_options: { dialogId } },
    answers: { 'GET /api/v1/chats/1807': CHAT, 'GET /api/v1/templates': [OTHER, TEMPLATE], [`POST /api/v1/templates/${ID}/preview`]: PREVIEW, ...answers },
  })

describe('beside a chat', () => {
  it('a template is found, filled in and sent to the customer of the chat, whom nobody types', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const bodies: Record<string, unknown>[] = []
    const page = await beside('chat1807', {
      [`POST /api/v1/templates/${ID}/messages`]: async (request: Request) => {
        bodies.push((await request.json()) as Record<string, unknown>)
        return Response.json({ message_id: ID }, { status: 201 })
      },
    })
    expect(page.text()).toContain('Para Carla, desde Ventas')
    expect(page.get('[data-window]').text()).toContain('cerrada')
    await page.get('input[type=search]').setValue('LISTO hola')
    expect(page.findAll('[data-template]').map((one) => one.attributes('data-template'))).toEqual(['pedido_listo'])
    await page.get('[data-template]').trigger('click')
    expect(page.find('input[name=phone]').exists()).toBe(false)
    await page.get('input[name="body.1"]').setValue('Ana')
    await vi.advanceTimersByTimeAsync(400)
    await flushPromises()
    expect(page.get('[data-cost]').text()).toMatch(/0[.,]0125/)
    await page.get('[data-send]').trigger('submit')
    await flushPromises()
    expect(bodies).toMatchObject([{ phone: '5215551234567', values: { 'body.1': 'Ana' } }])
    expect(page.get('[data-sent]').text()).toContain('en el chat')
    vi.useRealTimers()
    page.unmount()
  })

  it('of another connector nothing is asked or offered', async () => {
    const page = await beside('chat9', { 'GET /api/v1/chats/9': Response.json({ reason: 'unknown_chat' }, { status: 404 }) })
    expect(page.get('[data-other]').text()).toContain('no es de WhatsAppB24')
    expect(page.calls.some(({ url }) => url.includes('/templates'))).toBe(false)
    page.unmount()
  })

  it('of a person there is no customer', async () => {
    const page = await beside('27')
    expect(page.find('[data-other]').exists()).toBe(true)
    expect(page.calls).toHaveLength(0)
    page.unmount()
  })

  it('says who may only read, and who shows no number', async () => {
    const reading = await beside('chat1807', { 'GET /api/v1/chats/1807': { ...CHAT, may_write: false } })
    expect(reading.text()).toContain('pero no escribir')
    expect(reading.find('[data-template]').exists()).toBe(false)
    reading.unmount()
    const hidden = await beside('chat1807', { 'GET /api/v1/chats/1807': { ...CHAT, phone: null } })
    expect(hidden.text()).toContain('no muestra su número')
    hidden.unmount()
  })
})
