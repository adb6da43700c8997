// A document as a file: fetched with the token in a header, never in an address.

import type { Application } from '@/application'
import { troubleOf } from '@/api/trouble'
import { save } from './statement'

/** Hands the person the PDF. `name` is the document's number, such as `R-000017`. Raises a Trouble. */
export async function keepDocument(api: Application['api'], documentId: string, name: string): Promise<void> {
  const address = new URL(`/api/v1/documents/${documentId}/pdf`, location.href)
  const answer = await api.raw(new Request(address, { cache: 'no-store' }))
  if (!answer.ok) throw troubleOf(answer.status, await answer.json().catch(() => null))
  save(await answer.blob(), `${name}.pdf`)
}
