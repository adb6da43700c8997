// A list that comes page by page: from its beginning, or on from where the last page ended.

import { shallowRef, type ShallowRef } from 'vue'
import { Trouble } from '@/api/trouble'

export interface Page<T> {
  items: T[]
  next?: string | null
}

export interface Pages<T> {
  items: ShallowRef<T[]>
  /** Where the next page begins; null at the end. */
  next: ShallowRef<string | null>
  /** Something was read already. */
  isKnown: ShallowRef<boolean>
  isReading: ShallowRef<boolean>
  trouble: ShallowRef<Trouble | null>
  begin: () => Promise<void>
  more: () => Promise<void>
}

/** `load` gives the page that begins at a place (null: the first); what was asked for before no longer counts. */
export function usePages<T>(load: (from: string | null) => Promise<Page<T>>): Pages<T> {
  const items = shallowRef<T[]>([])
  const next = shallowRef<string | null>(null)
  const isKnown = shallowRef(false)
  const isReading = shallowRef(false)
  const trouble = shallowRef<Trouble | null>(null)
  let round = 0

  async function read(from: string | null): Promise<void> {
    const mine = ++round
    isReading.value = true
    trouble.value = null
    try {
      const page = await load(from)
      if (mine !== round) return
      items.value = from === null ? page.items : [...items.value, ...page.items]
      next.value = page.next ?? null
      isKnown.value = true
    } catch (error) {
      if (mine === round) trouble.value = error instanceof Trouble ? error : new Trouble('fault', 500)
    } finally {
      if (mine === round) isReading.value = false
    }
  }

  return { items, next, isKnown, isReading, trouble, begin: () => read(null), more: () => read(next.value) }
}
