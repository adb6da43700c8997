// What the server says of the page (api/staff/pages.py): nothing of the person; who he is tells /staff/v1/me.

import type { Language } from '@/session'

export interface StaffPage {
  app_name: string
  /** Of the browser; a person who is signed in has his own. */
  language: Language
  /** Can people sign in with their company's account? */
  has_oidc: boolean
}

export function takePage(from: Document = document): StaffPage {
  const element = from.getElementById('session')
  if (element?.textContent == null) throw new Error('the page says nothing of itself')
  return JSON.parse(element.textContent) as StaffPage
}
