// What a channel's state lets this person do, as the server's tables say it (tenancy.channel_transition, may).

import type { Schemas } from '@/api/client'

export type Channel = Schemas['Channel']
export type Test = Schemas['ConnectionTest']

/** What is asked in a dialog before it is done. */
export type Question = 'rename' | 'key' | 'pause' | 'disconnect' | 'remove'
/** What one press does. */
export type Deed = 'connect' | 'repair' | 'unpause' | 'check'

const PERMISSION: Record<Question | Deed, string> = {
  rename: 'channel.configure',
  key: 'channel.configure',
  connect: 'channel.configure',
  repair: 'channel.configure',
  check: 'channel.configure',
  pause: 'channel.disable',
  unpause: 'channel.disable',
  disconnect: 'channel.disable',
  remove: 'channel.disable',
}

export type Allowed = Pick<Channel, 'state' | 'may'>

export function may(channel: Pick<Channel, 'may'>, what: Question | Deed): boolean {
  return channel.may.includes(PERMISSION[what])
}

/** Not connected to anything outside: nothing arrives, nothing leaves. */
export function isOff({ state }: Pick<Channel, 'state'>): boolean {
  return state === 'draft' || state === 'disconnected' || state === 'removed'
}

const FITS: Record<Question, (channel: Allowed) => boolean> = {
  rename: ({ state }) => state !== 'removed',
  key: ({ state }) => state !== 'removed',
  pause: ({ state }) => state === 'active' || state === 'attention',
  disconnect: (channel) => !isOff(channel),
  remove: ({ state }) => state !== 'removed',
}

/** The questions that this person may be asked about the channel, in the menu's order. */
export function questionsOf(channel: Allowed): Question[] {
  const all = Object.keys(FITS) as Question[]
  return all.filter((question) => may(channel, question) && FITS[question](channel))
}

/** What the one button of the state does; null where a person has nothing to press here. */
export function deedOf({ next_action }: Pick<Channel, 'next_action'>): Deed | null {
  return next_action === 'connect' || next_action === 'repair' || next_action === 'unpause' ? next_action : null
}

/** How many tests stand how; `isWell`: nothing of it needs a person. */
export function verdictOf(tests: readonly Pick<Test, 'outcome'>[]): { fails: number; warns: number; isWell: boolean } {
  const fails = tests.filter(({ outcome }) => outcome === 'fail').length
  const warns = tests.filter(({ outcome }) => outcome === 'warn').length
  return { fails, warns, isWell: fails + warns === 0 }
}

/** Is it the key that Gupshup refuses? Connecting again with the same one would not help. */
export function isKeyRefused(tests: readonly Pick<Test, 'outcome' | 'action'>[]): boolean {
  return tests.some(({ outcome, action }) => outcome === 'fail' && action === 'check_key')
}

/** Of several channels that a line had, the one that it has now; else the last. */
export function channelOn(line: string, channels: readonly Channel[]): Channel | null {
  const had = channels.filter((channel) => channel.line_id === line)
  return had.find((channel) => !isOff(channel)) ?? had.at(-1) ?? null
}

interface Configured {
  name: { from: string; to: string } | null
  tick_at: { from: string; to: string } | null
  key: boolean
}

/** What a change of settings says (tenancy.configure_channel): `name: A → B, tick_at: sent → delivered, app_key`. */
export function configuredOf(reason: string): Configured {
  const tick = /(?:^|, )tick_at: (submitted|sent|delivered) → (submitted|sent|delivered)(?=$|, app_key$)/.exec(reason)
  const name = /^name: (.*) → (.*)$/.exec(reason.slice(0, tick?.index ?? reason.length).replace(/(?:^|, )app_key$/, ''))
  return {
    name: name === null ? null : { from: name[1] ?? '', to: name[2] ?? '' },
    tick_at: tick === null ? null : { from: tick[1] ?? '', to: tick[2] ?? '' },
    key: /(?:^|, )app_key$/.test(reason),
  }
}
