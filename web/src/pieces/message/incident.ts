// «Download incident»: a message with its story as one file, ready for whoever must look into it.

import type { Schemas } from '@/api/client'

export interface Incident {
  asked_for: string
  made_at: string
  portal: string
  messages: (Schemas['MessageRow'] | Schemas['MessageDetail'])[]
  timeline: Schemas['TimelineEntry'][]
}

/** Hands the file to the browser; what our server told is redacted already. */
export function download(incident: Incident): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(incident, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = nameOf(incident)
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1_000)
}

export function nameOf({ asked_for, made_at }: Pick<Incident, 'asked_for' | 'made_at'>): string {
  return `incident-${asked_for.replace(/[^\w.-]+/g, '_').slice(0, 60)}-${made_at.slice(0, 19).replaceAll(':', '')}.json`
}
