// Access of the provider's support: the card comes with its words when it is shown, because only owners give access.

import type { Component } from 'vue'
import type { Composer } from 'vue-i18n'
import type { Language } from '@/session'

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  es: () => import('@/locales/es/support.json'),
  en: () => import('@/locales/en/support.json'),
  pt: () => import('@/locales/pt/support.json'),
}

export async function supportCard({ locale, mergeLocaleMessage }: Pick<Composer, 'locale' | 'mergeLocaleMessage'>): Promise<Component> {
  const language = locale.value as Language
  const [{ default: card }, { default: support }] = await Promise.all([import('./SupportCard.vue'), TEXTS[language]()])
  mergeLocaleMessage(language, { support })
  return card
}
