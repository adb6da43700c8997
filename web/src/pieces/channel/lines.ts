// The portal's open lines. Bitrix24 is asked for them once a page, and again when a person wants it.

import { shallowRef, type ShallowRef } from 'vue'
import { asked, type Api, type Schemas } from '@/api/client'
import { useApplication } from '@/application'

export type OpenLine = Schemas['OpenLine']

const KNOWN = new WeakMap<Api, ShallowRef<OpenLine[] | null>>()

export interface Lines {
  /** Null while nobody answered. */
  lines: ShallowRef<OpenLine[] | null>
  lineOf: (id: string) => OpenLine | null
  /** Asks the portal; rejects with Trouble. */
  ask: () => Promise<OpenLine[]>
}

/** The lines as last known; asked for in the background the first time, where a name is a courtesy. */
export function useLines(): Lines {
  const { api } = useApplication()
  const known = KNOWN.get(api) ?? shallowRef<OpenLine[] | null>(null)

  async function ask(): Promise<OpenLine[]> {
    const found = await asked(api.GET('/api/v1/lines'))
    known.value = found
    return found
  }

  if (!KNOWN.has(api)) {
    KNOWN.set(api, known)
    ask().catch(() => KNOWN.delete(api))
  }
  return { lines: known, lineOf: (id) => known.value?.find(({ line }) => line === id) ?? null, ask }
}
