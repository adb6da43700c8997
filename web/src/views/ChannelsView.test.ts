import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { Channel } from '@/pieces/channel/channel'
import { channel, LINES, portal, test } from '@/pieces/channel/channels-for-tests'
import { shown } from '@/testing'
import ChannelsView from './ChannelsView.vue'

async function list(channels: Channel[], answers: Record<string, unknown> = {}) {
  return shown(ChannelsView, {}, {
    answers: { 'GET /api/v1/channels': channels, 'GET /api/v1/lines': LINES, 'GET /api/v1/portal': portal(), ...answers },
  })
}
type Page = Awaited<ReturnType<typeof list>>
const posts = (page: Page) => page.calls.filter(({ method }) => method === 'POST').map(({ url }) => new URL(url).pathname)

describe('the list of channels', () => {
  it('shows of each its name, number, line, state with its meaning, and what becomes of messages', async () => {
    const page = await list([channel()])
    for (const said of ['Ventas', '+5215550001111', 'canal abierto «Ventas Lima»', 'Activo', 'el número recibe y envía', 'Los mensajes entran al canal abierto']) {
      expect(page.get('article').text()).toContain(said)
    }
  })

  it('counts today, each figure a way to the messages behind it', async () => {
    const page = await list([channel({ waiting_in: 2, waiting_out: 3 })])
    const figures = page.findAll('[data-figure]').map((figure) => [figure.attributes('data-figure'), figure.get('span').text()])
    expect(figures).toEqual([['in', '12'], ['out', '8'], ['failed', '1'], ['waiting', '5']])
    expect(page.get('[data-figure=in]').attributes('href')).toContain(`channel=${channel().channel_id}`)
  })

  it.each([
    ['disconnected', 'connect', 'Conectar', 'connect'],
    ['attention', 'repair', 'Reparar', 'repair'],
    ['paused', 'unpause', 'Reanudar', 'unpause'],
  ] as const)('offers of a channel that is %s the one next action, and does it', async (state, next_action, label, event) => {
    const path = `/api/v1/channels/${channel().channel_id}/${event}`
    const page = await list([channel({ state, next_action })], { [`POST ${path}`]: { state: 'connecting' } })
    const button = page.get('footer button')
    expect(button.text()).toBe(label)
    const asked = page.calls.length
    await button.trigger('click')
    await flushPromises()
    expect(posts(page)).toEqual([path])
    expect(page.calls.length).toBeGreaterThan(asked + 1)
  })

  it('says why a channel needs attention, and who must act', async () => {
    const explanation = { code: 'http_401', what: 'La clave no sirve.', todo: 'Cámbiela.', who: 'administrator' as const }
    const page = await list([channel({ state: 'attention', next_action: 'repair', explanation })])
    expect(page.text()).toContain('La clave no sirve.')
    expect(page.text()).toContain('Quién debe actuar: un administrador')
  })

  it('offers another key where connecting again would not help', async () => {
    const tests = [test('gupshup_app', { outcome: 'fail', action: 'check_key' })]
    const page = await list([channel({ state: 'attention', next_action: 'repair', tests })])
    expect(page.get('footer button').text()).toBe('Cambiar la clave')
    await page.get('footer button').trigger('click')
    await flushPromises()
    expect(document.querySelector('[role=dialog]')?.textContent).toContain('Nueva clave de Gupshup')
    page.unmount()
  })

  it('tells who may act to a person who may not', async () => {
    const page = await list([channel({ state: 'paused', next_action: 'unpause', may: ['channel.view'] })], { 'GET /api/v1/portal': portal([]) })
    expect(page.find('button').exists()).toBe(true) // the menu: see the details
    expect(page.get('footer').text()).toContain('Un administrador de su portal puede reanudarlo.')
    expect(page.text()).not.toContain('Agregar canal')
  })

  it('shows what went wrong beside the button that was pressed', async () => {
    const explanation = { code: 'line_taken', what: 'Otro canal ya usa este canal abierto.', todo: 'Desconéctelo.', who: 'administrator' }
    const page = await list([channel({ state: 'disconnected', next_action: 'connect' })], {
      [`POST /api/v1/channels/${channel().channel_id}/connect`]: Response.json({ reason: 'line_taken', explanation }, { status: 409 }),
    })
    await page.get('footer').get('button').trigger('click')
    await flushPromises()
    expect(page.get('footer').text()).toContain('Otro canal ya usa este canal abierto.')
  })

  it('is asked again when a channel changed', async () => {
    let state: Channel['state'] = 'connecting'
    const page = await list([], { 'GET /api/v1/channels': () => [channel({ state })] })
    expect(page.get('article').attributes('data-channel')).toBe('connecting')
    state = 'active'
    await page.changes('channels')
    expect(page.get('article').attributes('data-channel')).toBe('active')
  })

  it('counts again when messages changed', async () => {
    let said = 12
    const page = await list([], { 'GET /api/v1/channels': () => [channel({ today_in: said })] })
    said = 13
    await page.changes('messages')
    expect(page.get('[data-figure=in]').text()).toContain('13')
  })

  it('teaches how to begin where there is none', async () => {
    const page = await list([])
    expect(page.findAll('ol li')).toHaveLength(3)
    expect(page.get('a[href="/channels/new"]').text()).toBe('Agregar canal')
    const reader = await list([], { 'GET /api/v1/portal': portal(['channel.view']) })
    expect(reader.find('a[href="/channels/new"]').exists()).toBe(false)
    expect(reader.text()).toContain('Un administrador de su portal puede agregar un canal.')
  })
})
