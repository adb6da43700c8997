import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { useRoute } from 'vue-router'
import { defineComponent, h, type Component } from 'vue'
import type { Schemas } from '@/api/client'
import { useApplication } from '@/application'
import { shown } from '@/testing'
import MessagesView from './MessagesView.vue'

const CHANNEL = { channel_id: '0190b3c4-0000-7000-8000-00000000c001', name: 'Ventas', phone: '5215550001111' }

function message(number: number, rest: Partial<Schemas['MessageRow']> = {}): Schemas['MessageRow'] {
  return {
    message_id: `0190b3c4-0000-7000-8000-${String(number).padStart(12, '0')}`,
    channel_id: CHANNEL.channel_id,
    channel_name: CHANNEL.name,
    conversation_id: '0190b3c4-0000-7000-8000-00000000d001',
    contact_name: 'María López',
    phone: '5215512345678',
    direction: 'in',
    source: 'whatsapp',
    author: null,
    author_name: null,
    kind: 'text',
    text: `mensaje ${number}`,
    media: null,
    state: 'delivered',
    state_at: '2026-11-22T18:00:00Z',
    reason: null,
    said_at: '2026-11-22T18:00:00Z',
    arrived_at: '2026-11-22T18:00:00Z',
    who_acts: 'nobody',
    explanation: null,
    ...rest,
  }
}
const REASON = { code: '131026', what: 'WhatsApp no pudo entregarlo.', todo: 'Llame al cliente.', who: 'operator' as const }
const HOUR = { hour: '2026-11-22T18:00:00Z', direction: 'in', accepted: 1204, done: 1201, waiting: 2, failed: 1, refused: 0, expired: 0, unknown: 0, quarantined: 0, balance: 0, adrift: 0 }

async function list(rows: () => Schemas['MessageRow'][], hours: unknown[] = []) {
  let events: ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (events = controller) })
  const Page: Component = defineComponent(() => {
    const route = useRoute()
    void useApplication().live.run()
    return () => [h(MessagesView), h('output', JSON.stringify(route.query))]
  })
  const page = await shown(Page, {}, {
    answers: {
      'GET /api/v1/messages': (request: Request) => {
        const wanted = new URL(request.url).searchParams
        const found = rows().filter((row) => !wanted.has('state') || wanted.get('state')?.includes(row.state))
        return { items: found, next: null }
      },
      'GET /api/v1/channels': [CHANNEL],
      'GET /api/v1/conservation': hours,
      'GET /api/v1/quarantine': [{ quarantined_id: 'q1', channel_id: null, door: 'gupshup', reason: 'event', at: '2026-11-22T18:00:00Z', item: null, body: '{"type":"hologram"}' }],
      'GET /api/v1/events': () => new Response(stream),
    },
  })
  const asks = () => page.calls.map((call) => new URL(call.url)).filter((url) => url.pathname === '/api/v1/messages')
  const query = () => JSON.parse(page.get('output').text()) as Record<string, string>
  const changed = async () => {
    events?.enqueue(new TextEncoder().encode('event: changed\ndata: {"messages": true, "channels": false}\n\n'))
    await flushPromises()
  }
  return { page, asks, query, changed }
}

describe('the list of messages', () => {
  it('shows who, what, where and how it stands, and of a failure why', async () => {
    const { page } = await list(() => [
      message(2, { state: 'failed', direction: 'out', text: 'Hola', reason: '131026', explanation: REASON }),
      message(1, { kind: 'document', text: null, media: { name: 'pedido.pdf', mime: 'application/pdf', size: 5 } }),
    ])
    const [failed, file] = page.findAll('[data-message]')
    expect(failed?.text()).toContain('María López')
    expect(failed?.text()).toContain('+5215512345678')
    expect(failed?.text()).toContain('WhatsApp no pudo entregarlo.')
    expect(failed?.get('[data-state]').text()).toBe('Falló')
    expect(file?.text()).toContain('pedido.pdf')
    expect(file?.text()).toContain('Documento')
    page.unmount()
  })

  it('teaches what will be here while there is nothing', async () => {
    const { page } = await list(() => [])
    expect(page.text()).toContain('Aquí verá cada mensaje y su recorrido')
    page.unmount()
  })

  it('keeps its filters in the route, asks again with them, and takes them off', async () => {
    const { page, asks, query } = await list(() => [message(1)], [HOUR])
    const line = page.get('[data-conservation]')
    expect(line.text()).toContain('1,204 recibidos=1,201 entregados+2 en espera+1 con problema')
    await line.findAll('button').at(-1)?.trigger('click')
    await flushPromises()
    expect(query()).toEqual({ period: '24h', state: 'failed,refused,expired' })
    expect(asks().at(-1)?.searchParams.get('state')).toBe('failed,refused,expired')
    expect(asks().at(-1)?.searchParams.has('since')).toBe(true)
    expect(page.text()).toContain('Ningún mensaje coincide')
    await page.findAll('[data-chip]')[0]?.trigger('click')
    await flushPromises()
    expect(query()).toEqual({ period: '24h' })
    expect(page.findAll('[data-message]')).toHaveLength(1)
    page.unmount()
  })

  it('leads to what could not be understood', async () => {
    const { page } = await list(() => [], [{ ...HOUR, quarantined: 1 }])
    await page.get('[data-conservation]').findAll('button').at(-1)?.trigger('click')
    await vi.waitFor(() => expect(document.body.textContent).toContain('Lo que no se entendió'))
    await vi.waitFor(() => expect(document.body.textContent).toContain('{"type":"hologram"}'))
    page.unmount()
  })

  it('shows at once what arrives while its top is in sight, and counts it while a person reads further down', async () => {
    let rows = Array.from({ length: 40 }, (_, index) => message(40 - index))
    const { page, changed } = await list(() => rows)
    rows = [message(41), ...rows]
    await changed()
    await vi.waitFor(() => expect(page.get('[data-message]').text()).toContain('mensaje 41'))
    const box = page.findAll('[role=rowgroup]').at(-1)
    Object.defineProperty(box?.element, 'scrollTop', { value: 640, configurable: true })
    await box?.trigger('scroll')
    rows = [message(43), message(42), ...rows]
    await changed()
    await vi.waitFor(() => expect(page.text()).toContain('2 mensajes nuevos'))
    expect(page.get('[data-message]').text()).not.toContain('mensaje 43')
    page.unmount()
  })
})
