// One setting under change: saved at our server, and said so beside it.

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { Trouble } from '@/api/trouble'

export interface Saving {
  isSaving: ShallowRef<boolean>
  /** For a moment after it was saved. */
  isSaved: ShallowRef<boolean>
  trouble: ShallowRef<Trouble | null>
  save: (call: () => Promise<unknown>) => Promise<void>
  /** What failed last, once more. */
  again: () => Promise<void>
}

const SHOWN_MS = 4_000

export function useSaving(): Saving {
  const isSaving = shallowRef(false)
  const isSaved = shallowRef(false)
  const trouble = shallowRef<Trouble | null>(null)
  let last: () => Promise<unknown> = () => Promise.resolve()
  let fading: ReturnType<typeof setTimeout> | undefined

  async function save(call: () => Promise<unknown>): Promise<void> {
    last = call
    clearTimeout(fading)
    isSaving.value = true
    isSaved.value = false
    trouble.value = null
    try {
      await call()
      isSaved.value = true
      fading = setTimeout(() => (isSaved.value = false), SHOWN_MS)
    } catch (error) {
      trouble.value = error instanceof Trouble ? error : new Trouble('fault', 500)
    } finally {
      isSaving.value = false
    }
  }

  onScopeDispose(() => clearTimeout(fading))
  return { isSaving, isSaved, trouble, save, again: () => save(last) }
}
