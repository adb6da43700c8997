// A channel's figures follow its messages: asked again when messages changed, in a busy hour every few seconds.

import { useThrottleFn } from '@vueuse/core'
import { useApplication } from '@/application'

const AT_MOST_EVERY_MS = 3_000

export function useFreshFigures(refresh: () => Promise<void>): void {
  useApplication().live.on('messages', useThrottleFn(() => void refresh(), AT_MOST_EVERY_MS, true))
}
