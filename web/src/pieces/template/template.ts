// Templates: what a person writes, how its variables are found, and which colour a status has.

import type { Schemas } from '@/api/client'

export type Template = Schemas['Template']
export type Draft = Schemas['Draft']
export type Fault = Schemas['TemplateFault']

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g

/** Millionths of a unit, as our server counts money. */
export const UNITS = 1_000_000

export const LANGUAGES = ['es', 'es_MX', 'es_AR', 'en', 'en_US', 'pt_BR', 'fr', 'de', 'it']
export const TYPES = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT']
export const BUTTONS = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER']
const OWN_STATUSES = [
  'approved', 'pending', 'submitting', 'rejected', 'refused', 'paused', 'disabled', 'in_appeal', 'flagged', 'gone',
]
export const STATUSES = OWN_STATUSES.filter((status) => status !== 'gone')

/** The word of a status; one that nobody named yet is shown as other. */
export const statusKey = (status: string) => (OWN_STATUSES.includes(status) ? status : 'other')

export type Colour = 'air-primary-success' | 'air-primary-warning' | 'air-primary-alert' | 'air-secondary-accent' | 'air-tertiary'

export function colourOf(status: string): Colour {
  if (status === 'approved') return 'air-primary-success'
  if (['rejected', 'refused', 'disabled'].includes(status)) return 'air-primary-alert'
  if (['paused', 'flagged'].includes(status)) return 'air-primary-warning'
  return status === 'gone' ? 'air-tertiary' : 'air-secondary-accent'
}

/** The variables of a draft by their place, as our server names them: header.1, body.1, button.0.1. */
export function variablesOf(draft: Pick<Draft, 'header' | 'body' | 'buttons'>): string[] {
  const places: [string, string][] = [
    ['header', draft.header ?? ''],
    ['body', draft.body],
    ...(draft.buttons ?? []).map((button, at): [string, string] => [`button.${at}`, button.url ?? '']),
  ]
  return [...new Set(places.flatMap(([place, text]) => [...text.matchAll(PLACEHOLDER)].map((found) => `${place}.${found[1]}`)))]
}

/** The text with values in place of its variables; what has none stays as it is written. */
export function filled(place: string, text: string, values: Record<string, string>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => values[`${place}.${name}`]?.trim() || whole)
}

export function emptyDraft(): Draft {
  return { name: '', language: 'es', category: 'UTILITY', type: 'TEXT', header: '', body: '', footer: '', buttons: [], examples: {}, media_url: null }
}

/** What a template would be written anew as. */
export function draftOf(template: Template): Draft {
  return {
    ...emptyDraft(),
    name: template.name,
    language: template.language,
    category: template.category.toUpperCase(),
    type: template.type,
    header: template.header ?? '',
    body: template.body,
    footer: template.footer ?? '',
    buttons: template.buttons.map(({ type, text, url, phone_number }) => ({ type, text, url, phone_number })),
    examples: { ...template.examples },
    media_url: template.media_url,
  }
}

/** The portal's number of a chat, of what it names a dialog (`chat1807`); null for a person (`27`) or anything else. */
export function chatOf(dialogId: unknown): string | null {
  return typeof dialogId === 'string' ? (/^chat(\d{1,18})$/.exec(dialogId)?.[1] ?? null) : null
}

/** Those that may be sent and have all of the words in their name or text. */
export function found(templates: readonly Template[], text: string): Template[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return templates.filter((one) => {
    const said = `${one.name} ${one.header ?? ''} ${one.body} ${one.footer ?? ''}`.toLowerCase()
    return one.may_send && words.every((word) => said.includes(word))
  })
}
