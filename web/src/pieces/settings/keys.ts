// Keys of third parties: the card comes with its words when it is shown, because few people may make keys.

import type { Component } from 'vue'
import type { Composer } from 'vue-i18n'
import type { Language } from '@/session'

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  es: () => import('@/locales/es/keys.json'),
  en: () => import('@/locales/en/keys.json'),
  pt: () => import('@/locales/pt/keys.json'),
}

export async function keysCard({ locale, mergeLocaleMessage }: Pick<Composer, 'locale' | 'mergeLocaleMessage'>): Promise<Component> {
  const language = locale.value as Language
  const [{ default: card }, { default: keys }] = await Promise.all([import('./KeysCard.vue'), TEXTS[language]()])
  mergeLocaleMessage(language, { keys })
  return card
}
