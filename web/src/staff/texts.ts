// The words of the staff's pages, beside those of the panel's pieces.

import type { speaking } from '@/i18n'
import type { Language } from '@/session'

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  es: () => import('../locales/es/staff.json'),
  en: () => import('../locales/en/staff.json'),
  pt: () => import('../locales/pt/staff.json'),
}

export async function learnStaff({ global: spoken }: Awaited<ReturnType<typeof speaking>>): Promise<void> {
  const language = spoken.locale.value as Language
  const { default: staff } = await TEXTS[language]()
  spoken.mergeLocaleMessage(language, { staff })
}
