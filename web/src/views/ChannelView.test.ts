import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { channel, detail, LINES } from '@/pieces/channel/channels-for-tests'
import { shown } from '@/testing'
import ChannelView from './ChannelView.vue'

const ID = channel().channel_id
const PATH = `/api/v1/channels/${ID}`
const RULE = { becomes: 'portal', version: null, responsible: 'first_to_answer', open_item: 'keep', may_change: false, receivers: [] }

async function view(told: Parameters<typeof detail>[0] = {}, answers: Record<string, unknown> = {}) {
  const page = await shown(ChannelView, { id: ID }, {
    answers: { [`GET ${PATH}`]: detail(told), [`GET ${PATH}/crm`]: RULE, 'GET /api/v1/lines': LINES, ...answers },
  })
  await vi.dynamicImportSettled()
  await flushPromises()
  return page
}

describe('a channel', () => {
  it('has its name as the heading and every section under it', async () => {
    const page = await view()
    expect(page.findAll('h1').map((one) => one.text())).toEqual(['Ventas'])
    expect(page.findAll('h2').map((one) => one.text())).toEqual([
      'Probar la conexión',
      'Configuración del canal',
      'Clientes nuevos en el CRM',
      'Desconectar o quitar',
      'Canal abierto conectado',
      'Salud del número',
      'Últimos eventos',
    ])
    expect(page.get('a[href^="/messages?"]').attributes('href')).toContain(`channel=${ID}`)
  })

  it('tells the facts of the number in words, each with its last refresh or that it is not known', async () => {
    const page = await view()
    expect(page.get('[data-fact=quality]').text()).toContain('Alta')
    expect(page.get('[data-fact=messaging_limit]').text()).toContain('1,000 clientes nuevos por día')
    expect(page.get('[data-fact=wallet]').text()).toMatch(/USD.*25.00/)
    expect(page.get('[data-fact=waba_id]').text()).toContain('Gupshup todavía no lo informó.')
  })

  it('saves only what was changed, and says so', async () => {
    const page = await view({}, { [`PATCH ${PATH}`]: channel() })
    const save = () => page.get('form button[type=submit]')
    expect(save().attributes('disabled')).toBeDefined()
    await page.findAll('[role=radio]')[2]?.trigger('click')
    await page.get('form').trigger('submit')
    await flushPromises()
    const patch = page.calls.find(({ method }) => method === 'PATCH')
    expect(await patch?.clone().json()).toEqual({ tick_at: 'delivered' })
  })

  it('keeps what a person is typing when the channel changes meanwhile', async () => {
    let name = 'Ventas'
    const page = await view({}, { [`GET ${PATH}`]: () => detail({ name }) })
    const input = () => page.get('form input').element as HTMLInputElement
    name = 'Ventas Cusco'
    await page.changes('channels')
    expect(input().value).toBe('Ventas Cusco')
    await page.get('form input').setValue('Ventas Lima')
    name = 'Otro'
    await page.changes('channels')
    expect(input().value).toBe('Ventas Lima')
  })

  it('words its history: what, who and why', async () => {
    const at = '2026-03-02T15:04:05Z'
    const explanation = { code: 'http_401', what: 'La clave no sirve.', todo: 'Cámbiela.', who: 'administrator' as const }
    const page = await view({
      history: [
        { at, event: 'configure', from_state: 'active', to_state: 'active', reason: 'name: Ventas → Ventas Lima', actor: '1', actor_name: 'Rosa Quispe', explanation: null },
        { at, event: 'problem', from_state: 'active', to_state: 'attention', reason: 'http_401', actor: 'check', actor_name: null, explanation },
      ],
    })
    const events = page.findAll('[data-event]').map((one) => one.text())
    expect(events[0]).toContain('Rosa Quispe')
    expect(events[0]).toContain('nombre: de «Ventas» a «Ventas Lima»')
    expect(events[1]).toContain('La comprobación automática')
    expect(events[1]).toContain('La clave no sirve. · código http_401')
  })

  it('is read-only for who may only look, and says who may change it', async () => {
    const page = await view({ may: ['channel.view'] })
    expect(page.findAll('form')).toEqual([])
    expect(page.findAll('section button')).toEqual([])
    expect(page.text()).toContain('Solo un administrador de su portal cambia esta configuración.')
    expect(page.text()).toContain('Solo un administrador de su portal desconecta o quita el canal.')
  })

  it('says when its open line is gone', async () => {
    const page = await view({ line_id: '9' })
    expect(page.text()).toContain('Este canal abierto ya no existe en Bitrix24.')
  })

  it('opens the test message from the line that needs it', async () => {
    const page = await view({}, { 'GET /api/v1/messages': { items: [], next: null } })
    await page.get('[data-test=round_trip] button').trigger('click')
    await flushPromises()
    expect(page.text()).toContain('Escriba a +5215550001111')
  })
})
