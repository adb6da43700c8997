import { describe, expect, it } from 'vitest'
import { channelOn, configuredOf, deedOf, questionsOf, verdictOf } from './channel'
import { channel, test } from './channels-for-tests'

describe('what may be done with a channel', () => {
  it('depends on its state', () => {
    expect(questionsOf(channel({ state: 'active' }))).toEqual(['rename', 'key', 'pause', 'disconnect', 'remove'])
    expect(questionsOf(channel({ state: 'paused' }))).toEqual(['rename', 'key', 'disconnect', 'remove'])
    expect(questionsOf(channel({ state: 'disconnected' }))).toEqual(['rename', 'key', 'remove'])
    expect(questionsOf(channel({ state: 'removed' }))).toEqual([])
  })

  it('depends on the rights of the person', () => {
    expect(questionsOf(channel({ may: ['channel.view'] }))).toEqual([])
    expect(questionsOf(channel({ may: ['channel.view', 'channel.disable'] }))).toEqual(['pause', 'disconnect', 'remove'])
  })

  it('is one deed where the state names one that a press can do', () => {
    expect((['connect', 'repair', 'unpause'] as const).map((next_action) => deedOf({ next_action }))).toEqual(['connect', 'repair', 'unpause'])
    expect((['wait', 'write', 'top_up_or_renew', 'none'] as const).map((next_action) => deedOf({ next_action }))).toEqual([null, null, null, null])
  })
})

describe('the verdict of the tests', () => {
  it('counts what a person should look at, and is well while something is only pending', () => {
    expect(verdictOf([test('token'), test('round_trip', { outcome: 'waiting' })])).toEqual({ fails: 0, warns: 0, isWell: true })
    expect(verdictOf([test('token', { outcome: 'fail' }), test('gupshup_wallet', { outcome: 'warn' })])).toEqual({ fails: 1, warns: 1, isWell: false })
  })
})

describe('the channel of a line', () => {
  const old = channel({ channel_id: 'a', state: 'disconnected' })
  const now = channel({ channel_id: 'b', state: 'attention' })

  it('is the one that is connected, whichever came first', () => {
    expect(channelOn('1', [old, now])).toBe(now)
    expect(channelOn('1', [now, old])).toBe(now)
  })

  it('is the last that it had where none is connected, and none where it never had one', () => {
    expect(channelOn('1', [old])).toBe(old)
    expect(channelOn('2', [old, now])).toBeNull()
  })
})

describe('a change of settings', () => {
  it('is read part by part, whatever the names contain', () => {
    expect(configuredOf('name: A, tick_at: B → C')).toEqual({ name: { from: 'A, tick_at: B', to: 'C' }, tick_at: null, key: false })
    expect(configuredOf('tick_at: sent → delivered')).toEqual({ name: null, tick_at: { from: 'sent', to: 'delivered' }, key: false })
    expect(configuredOf('name: A → B, tick_at: sent → delivered, app_key')).toEqual({
      name: { from: 'A', to: 'B' },
      tick_at: { from: 'sent', to: 'delivered' },
      key: true,
    })
    expect(configuredOf('app_key')).toEqual({ name: null, tick_at: null, key: true })
    expect(configuredOf('name: A → B, app_key')).toEqual({ name: { from: 'A', to: 'B' }, tick_at: null, key: true })
  })
})
