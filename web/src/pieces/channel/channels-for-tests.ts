// For tests: channels as our server tells of them.

import type { Schemas } from '@/api/client'
import type { Channel, Test } from './channel'

const ALL = ['channel.view', 'channel.connect', 'channel.configure', 'channel.disable', 'data.erase']
const AT = '2026-03-02T15:04:05Z'

export function test(name: Test['name'], told: Partial<Test> = {}): Test {
  return { name, outcome: 'ok', code: null, detail: null, at: AT, explanation: null, action: null, ...told }
}

export function channel(told: Partial<Channel> = {}): Channel {
  return {
    channel_id: '018f0000-0000-7000-8000-000000000001',
    name: 'Ventas',
    phone: '5215550001111',
    line_id: '1',
    app_id: '0f3c1a9e-5b7d-4c2e-9a41-6d8e2b7f1c30',
    app_name: 'VentasDemo',
    state: 'active',
    state_reason: null,
    state_at: AT,
    next_action: 'write',
    who_acts: 'nobody',
    sends: true,
    receives: true,
    tick_at: 'sent',
    checked_at: AT,
    check_report: {},
    tests: [test('install_finished'), test('round_trip', { outcome: 'waiting', action: 'write_to_number' })],
    waiting_in: 0,
    waiting_out: 0,
    today_in: 12,
    today_out: 8,
    today_failed: 1,
    may: ALL,
    explanation: null,
    ...told,
  }
}

const FACT = { value: null, refreshed_at: null, code: null, explanation: null }

export function detail(told: Partial<Schemas['ChannelDetail']> = {}): Schemas['ChannelDetail'] {
  return {
    ...channel(),
    history: [{ at: AT, event: 'connected', from_state: 'connecting', to_state: 'active', reason: null, actor: 'check', actor_name: null, explanation: null }],
    number: {
      app_name: 'VentasDemo',
      app_id: '0f3c1a9e-5b7d-4c2e-9a41-6d8e2b7f1c30',
      phone: '5215550001111',
      business: FACT,
      waba_id: FACT,
      display_name: FACT,
      quality: { ...FACT, value: 'GREEN', refreshed_at: AT },
      messaging_limit: { ...FACT, value: 'TIER_1K', refreshed_at: AT },
      account_status: FACT,
      health: FACT,
      callback: FACT,
      wallet: { ...FACT, value: '25.0', refreshed_at: AT, currency: 'USD' },
    },
    ...told,
  }
}

export const LINES: Schemas['OpenLine'][] = [
  { line: '1', name: 'Ventas Lima', is_active: true, operators: ['1', '7'], channel_id: channel().channel_id, channel_name: 'Ventas' },
  { line: '2', name: 'Soporte', is_active: true, operators: [], channel_id: null, channel_name: null },
  { line: '3', name: 'Cobranzas', is_active: false, operators: ['1'], channel_id: null, channel_name: null },
]

export function portal(may: string[] = ALL): Pick<Schemas['Portal'], 'may'> {
  return { may }
}
