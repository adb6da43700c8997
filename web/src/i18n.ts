// The page's words; each language is a chunk of its own, loaded when it is spoken.

import { createI18n, type DefineLocaleMessage } from 'vue-i18n'
import type { Language } from './session'

interface Texts {
  [key: string]: string | Texts
}

const TEXTS: Record<Language, () => Promise<{ default: Texts }>> = {
  es: () => import('./locales/es'),
  en: () => import('./locales/en'),
  pt: () => import('./locales/pt'),
}

/** Words of views that few people may open: they come with the view (`meta.texts` of its route). */
export type Area = 'crm' | 'billing' | 'people' | 'template'
const LATER: Record<Area, Record<Language, () => Promise<{ default: Texts }>>> = {
  billing: {
    es: () => import('./locales/es/billing.json'),
    en: () => import('./locales/en/billing.json'),
    pt: () => import('./locales/pt/billing.json'),
  },
  crm: {
    es: () => import('./locales/es/crm.json'),
    en: () => import('./locales/en/crm.json'),
    pt: () => import('./locales/pt/crm.json'),
  },
  people: {
    es: () => import('./locales/es/people.json'),
    en: () => import('./locales/en/people.json'),
    pt: () => import('./locales/pt/people.json'),
  },
  template: {
    es: () => import('./locales/es/template.json'),
    en: () => import('./locales/en/template.json'),
    pt: () => import('./locales/pt/template.json'),
  },
}

/** How dates, numbers and money are written: Spanish and Portuguese as in Latin America. */
export const LOCALES: Record<Language, string> = { es: 'es-419', en: 'en', pt: 'pt-BR' }

export async function speaking(language: Language) {
  const { default: texts } = await TEXTS[language]()
  const messages = { [language]: texts } as Record<string, DefineLocaleMessage>
  return createI18n({ legacy: false, locale: language as string, messages })
}

/** Teach `spoken` the words of an area; asked again it changes nothing. */
export async function learn({ global: spoken }: Awaited<ReturnType<typeof speaking>>, area: Area): Promise<void> {
  const language = spoken.locale.value as Language
  if (spoken.te(`${area}.title`)) return
  const { default: texts } = await LATER[area][language]()
  spoken.mergeLocaleMessage(language, { [area]: texts })
}
