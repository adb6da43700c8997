// Who opened the page, as our server verified it; written into the page by api/pages/documents.py.

export type Language = 'es' | 'en' | 'pt'
export type Page = 'install' | 'app' | 'setting-connector' | 'chat-templates'

export interface PageSession {
  page: Page
  /** A bearer token for `/api/v1`, kept in memory only. */
  token: string
  language: Language
  /** `https://portal.bitrix24.com`: the portal that may frame us, and the only one we speak to. */
  portal_origin: string
  user_name: string
  is_admin: boolean
  app_name: string
  /** `PLACEMENT_OPTIONS` of the frame: `LINE`, `CONNECTOR`, … */
  placement_options: Record<string, unknown>
  scopes: string[]
}

/** Reads the session and takes it out of the document, so that no later script finds the token there. */
export function takeSession(from: Document = document): PageSession {
  const element = from.getElementById('session')
  if (element?.textContent == null) throw new Error('the page carries no session')
  const session = JSON.parse(element.textContent) as PageSession
  element.remove()
  return session
}
