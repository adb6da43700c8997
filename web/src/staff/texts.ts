// The words of the staff's pages, beside those of the panel's pieces.

import type { speaking } from '@/i18n'
import type { Language } from '@/session'

type Texts = Promise<{ default: object }>
const TEXTS: Record<Language, () => [staff: Texts, business: Texts, paying: Texts]> = {
  es: () => [import('../locales/es/staff.json'), import('../locales/es/business.json'), import('../locales/es/paying.json')],
  en: () => [import('../locales/en/staff.json'), import('../locales/en/business.json'), import('../locales/en/paying.json')],
  pt: () => [import('../locales/pt/staff.json'), import('../locales/pt/business.json'), import('../locales/pt/paying.json')],
}

export async function learnStaff({ global: spoken }: Awaited<ReturnType<typeof speaking>>): Promise<void> {
  const language = spoken.locale.value as Language
  const [{ default: staff }, { default: business }, { default: paying }] = await Promise.all(TEXTS[language]())
  spoken.mergeLocaleMessage(language, { staff, business, paying })
}
