import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import type { Schemas } from '@/api/client'
import { shown, type Stage } from '@/testing'
import MessageView from './MessageView.vue'

const ID = '0190b3c4-0000-7000-8000-000000000001'
const REASON = { code: '131026', what: 'WhatsApp no pudo entregarlo.', todo: 'Llame al cliente.', who: 'operator' as const }
const DETAIL: Schemas['MessageDetail'] = {
  message_id: ID,
  channel_id: '0190b3c4-0000-7000-8000-00000000c001',
  channel_name: 'Ventas',
  conversation_id: '0190b3c4-0000-7000-8000-00000000d001',
  contact_name: 'María López',
  phone: '5215512345678',
  direction: 'out',
  source: 'open_line',
  author: '27',
  author_name: 'Lucía Fernández',
  kind: 'text',
  text: 'Con gusto.',
  media: null,
  state: 'sent',
  state_at: '2026-11-22T18:00:00Z',
  reason: null,
  said_at: '2026-11-22T18:00:00Z',
  arrived_at: '2026-11-22T18:00:00Z',
  who_acts: 'nobody',
  explanation: null,
  part: 1,
  parts: [],
  ids: [{ kind: 'gs', key: 'gs-1' }, { kind: 'wa', key: 'wamid.1' }],
  charge_state: 'captured',
  attempts: 1,
  said: null,
  may: [],
  portal_chat_id: '1767',
  reply_to: null,
  postback: null,
}

function entry(what: string, rest: object = {}) {
  return { at: '2026-11-22T18:00:00Z', what, level: 'INFO', summary: '', message_id: ID, detail: {}, party: null, duration_ms: null, outcome: null, explanation: null, ...rest }
}

function view(id: string, rows: unknown[], { message = DETAIL, timeline = [], answers = {}, portal = {} }: { message?: object; timeline?: unknown; answers?: Stage['answers']; portal?: Stage['portal'] } = {}) {
  return shown(MessageView, { id }, {
    portal,
    answers: {
      'GET /api/v1/messages': { items: rows, next: null },
      [`GET /api/v1/messages/${ID}`]: message,
      'GET /api/v1/timeline': timeline,
      'GET /api/v1/channels': [{ may: ['channel.view', 'log.view.meta'] }],
      ...answers,
    },
  })
}

describe('a message', () => {
  it('shows what was said, where it stands and what that means, by any id', async () => {
    const page = await view('wamid.1', [DETAIL], { timeline: [entry('received', { detail: { source: 'open_line' }, party: 'bitrix24' })] })
    expect(page.text()).toContain('De Lucía Fernández para María López')
    expect(page.text()).toContain('Con gusto.')
    expect(page.text()).toContain('El teléfono del cliente aún no lo ha recibido')
    expect(page.text()).toContain('Bitrix24 nos entregó el mensaje del operador')
    expect(page.text()).toContain('wamid.1')
    const asked = page.calls.map((call) => new URL(call.url)).find((url) => url.pathname === '/api/v1/messages')
    expect(asked?.searchParams.get('id')).toBe('wamid.1')
    page.unmount()
  })

  it('leads to its chat in Bitrix24', async () => {
    const openChat = vi.fn()
    const page = await view(ID, [DETAIL], { portal: { openChat } })
    await page.findAll('button').find((one) => one.text() === 'Abrir el chat')?.trigger('click')
    expect(openChat).toHaveBeenCalledWith('1767')
    page.unmount()
  })

  it('says why it failed and who must act', async () => {
    const message = { ...DETAIL, state: 'failed', reason: '131026', explanation: REASON, said: 'Message could not be delivered' }
    const page = await view(ID, [message], { message })
    expect(page.text()).toContain('WhatsApp no pudo entregarlo.')
    expect(page.text()).toContain('Quién debe actuar: usted')
    expect(page.text()).toContain('«Message could not be delivered»')
    expect(page.text()).not.toContain('¿Qué sabe usted de este mensaje?')
    page.unmount()
  })

  it('lets a person decide about an unknown one, told of the risk first', async () => {
    let message: Record<string, unknown> = { ...DETAIL, state: 'unknown', may: ['arrived', 'resend', 'drop'] }
    const resolve = vi.fn(async (request: Request) => {
      message = { ...DETAIL, state: 'queued' }
      return Response.json({ state: ((await request.json()) as { verdict: string }).verdict })
    })
    const page = await view(ID, [message], { answers: { [`GET /api/v1/messages/${ID}`]: () => message, [`POST /api/v1/messages/${ID}/resolve`]: resolve } })
    const button = (label: string) => [...document.querySelectorAll('button')].filter((one) => one.textContent?.trim() === label)
    button('Enviar de nuevo')[0]?.click()
    await flushPromises()
    expect(document.body.textContent).toContain('el cliente lo recibirá dos veces')
    expect(resolve).not.toHaveBeenCalled()
    button('Enviar de nuevo').at(-1)?.click()
    await vi.waitFor(() => expect(resolve).toHaveBeenCalledOnce())
    await vi.waitFor(() => expect(page.text()).toContain('Está guardado y espera su turno'))
    page.unmount()
  })

  it('lists the messages where an id means several, above their joint story', async () => {
    const other = { ...DETAIL, message_id: '0190b3c4-0000-7000-8000-000000000002', text: 'Otro' }
    const page = await view('5215512345678', [other, DETAIL], { timeline: [entry('received', { detail: { source: 'open_line' } })] })
    expect(page.text()).toContain('2 mensajes corresponden a «5215512345678»')
    expect(page.findAll('[data-message]')).toHaveLength(2)
    expect(page.findAll('[data-step]')).toHaveLength(1)
    page.unmount()
  })

  it('tells of one part only its own steps', async () => {
    const page = await view(ID, [DETAIL], { timeline: [entry('checked'), entry('checked', { message_id: '0190b3c4-0000-7000-8000-000000000002' })] })
    expect(page.findAll('[data-step]')).toHaveLength(1)
    page.unmount()
  })

  it('says what can be searched when nothing was found', async () => {
    const page = await view('nada', [])
    expect(page.text()).toContain('No encontramos nada con «nada»')
    expect(page.text()).toContain('el número del cliente')
    page.unmount()
  })

  it('shows the message even to those who may not see its story', async () => {
    const refusal = () => Response.json({ reason: 'permission', explanation: { code: 'permission', what: 'No tiene permiso.', todo: 'Pídalo.', who: 'administrator' } }, { status: 403 })
    const page = await view(ID, [DETAIL], { answers: { 'GET /api/v1/timeline': refusal } })
    expect(page.text()).toContain('Con gusto.')
    expect(page.text()).toContain('No tiene permiso.')
    page.unmount()
  })

  it('asks for no story where the person\'s role shows none', async () => {
    const page = await view(ID, [DETAIL], { answers: { 'GET /api/v1/channels': [{ may: ['channel.view'] }] } })
    expect(page.text()).toContain('Su función no incluye ver el recorrido')
    expect(page.calls.map((call) => new URL(call.url).pathname)).not.toContain('/api/v1/timeline')
    page.unmount()
  })

  it('hands over its incident as a file', async () => {
    const saved: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${saved.push(blob as Blob)}`)
    const names: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download)
    })
    const page = await view('wamid.1', [DETAIL], { timeline: [entry('checked')] })
    await page.findAll('button').find((one) => one.text() === 'Descargar incidente')?.trigger('click')
    const incident = JSON.parse(await (saved[0] as Blob).text()) as Record<string, unknown[]>
    expect([incident.asked_for, incident.messages?.length, incident.timeline?.length]).toEqual(['wamid.1', 1, 1])
    expect(names[0]).toMatch(/^incident-wamid\.1-.*\.json$/)
    vi.restoreAllMocks()
    page.unmount()
  })
})
