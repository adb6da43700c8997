import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import { channel, test } from './channels-for-tests'
import ConnectionTests from './ConnectionTests.vue'

const BASE = `/api/v1/channels/${channel().channel_id}`
const POST = { [`POST ${BASE}/check`]: { state: 'active' }, [`POST ${BASE}/repair`]: { state: 'connecting' }, [`POST ${BASE}/connect`]: { state: 'connecting' } }
const KEY = { code: 'http_401', what: 'La clave no sirve.', todo: 'Cámbiela.', who: 'administrator' as const }

async function report(told: Parameters<typeof channel>[0]) {
  const page = await shown(ConnectionTests, { channel: channel(told) }, { answers: POST })
  const posts = () => page.calls.filter(({ method }) => method === 'POST').map(({ url }) => new URL(url).pathname.slice(BASE.length))
  const line = (name: string) => page.get(`[data-test=${name}]`)
  return { page, posts, line }
}

describe('the tests of a connection', () => {
  it('stand in the order of our server, each with its outcome in a word', async () => {
    const { page } = await report({ tests: [test('token'), test('gupshup_app', { outcome: 'fail' }), test('round_trip', { outcome: 'waiting' })] })
    const lines = page.findAll('[data-test]').map((line) => [line.attributes('data-test'), line.attributes('data-outcome')])
    expect(lines).toEqual([['token', 'ok'], ['gupshup_app', 'fail'], ['round_trip', 'waiting']])
    expect(page.text()).toContain('1 punto por revisar')
  })

  it('say of a red line what happened, what to do and who, beside one button', async () => {
    const { line, page } = await report({ tests: [test('gupshup_app', { outcome: 'fail', explanation: KEY, action: 'check_key' })] })
    expect(line('gupshup_app').text()).toContain('La clave no sirve.')
    expect(line('gupshup_app').text()).toContain('un administrador de su portal')
    expect(line('gupshup_app').findAll('button').map((button) => button.text())).toEqual(['Cambiar la clave'])
    await line('gupshup_app').get('button').trigger('click')
    expect(page.emitted('key')).toHaveLength(1)
  })

  it.each([['repair', '/repair'], ['check_line', '/repair'], ['connect', '/connect'], ['check_again', '/check'], ['open_application', '/check']] as const)(
    'do what the action %s needs',
    async (action, path) => {
      const { line, posts, page } = await report({ tests: [test('connector_active', { outcome: 'fail', action })] })
      await line('connector_active').get('button').trigger('click')
      await flushPromises()
      expect(posts()).toEqual([path])
      expect(page.emitted('changed')).toHaveLength(1)
    },
  )

  it('lead outside where only Gupshup helps', async () => {
    const { line } = await report({ tests: [test('gupshup_wallet', { outcome: 'fail', action: 'top_up_gupshup' })] })
    expect(line('gupshup_wallet').get('a').attributes()).toMatchObject({ href: 'https://www.gupshup.io/', target: '_blank' })
  })

  it('are run now, and it shows until the worker has tested', async () => {
    const { page, posts } = await report({})
    await page.get('header button').trigger('click')
    await flushPromises()
    expect(posts()).toEqual(['/check'])
    expect(page.get('[role=status]').text()).toBe('Probando…')
    await page.setProps({ channel: channel({ checked_at: '2026-03-02T15:05:00Z' }) } as never)
    expect(page.get('[role=status]').text()).toContain('Sin problemas')
  })

  it('are read-only for who may not change the channel, and say who may', async () => {
    const { page } = await report({ may: ['channel.view'], tests: [test('events_bound', { outcome: 'fail', action: 'repair' })] })
    expect(page.findAll('button')).toEqual([])
    expect(page.text()).toContain('Un administrador de su portal puede probar la conexión')
  })
})
