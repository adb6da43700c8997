// A payment from the click to its end: the provider's page in a tab of its own, and how it stands meanwhile.

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { asked, type Schemas } from '@/api/client'
import type { Trouble } from '@/api/trouble'
import { useApplication } from '@/application'
import { useChanging } from '@/pieces/channel/changing'

export const PROVIDERS = { stripe: 'Stripe', paypal: 'PayPal' } as const
export type Standing = Schemas['PaymentStanding']
const ASK_MS = 3_000

export interface Paying {
  /** The payment that was opened last; null before the first. */
  standing: ShallowRef<Standing | null>
  running: ShallowRef<string | null>
  trouble: ShallowRef<Trouble | null>
  /** To be called by a click itself: a tab that is opened later is kept back by browsers. */
  pay: (order: Omit<Schemas['PaymentOrder'], 'key'>) => Promise<void>
  again: () => Promise<boolean>
}

/** `ended` is called once for each payment that is open no more. */
export function usePaying(ended: (payment: Standing) => void): Paying {
  const { api } = useApplication()
  const { running, trouble, change, again } = useChanging()
  const standing = shallowRef<Standing | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  async function pay(order: Omit<Schemas['PaymentOrder'], 'key'>): Promise<void> {
    const body = { ...order, key: crypto.randomUUID() }
    const tab = window.open('', '_blank')
    await change('pay', async () => {
      const opened = await asked(api.POST('/api/v1/payments', { body }))
      standing.value = opened
      if (opened.url !== null && tab !== null) tab.location.href = opened.url
      else tab?.close()
      if (opened.is_open) follow(opened.payment_id)
      else ended(opened)
    })
    if (trouble.value !== null) tab?.close()
  }

  function follow(payment_id: string) {
    clearTimeout(timer)
    timer = setTimeout(() => void look(payment_id), ASK_MS)
  }

  async function look(payment_id: string) {
    try {
      standing.value = await asked(api.GET('/api/v1/payments/{payment_id}', { params: { path: { payment_id } } }))
    } catch {
      // asked again: the payment goes on without us
    }
    if (standing.value?.is_open === false) ended(standing.value)
    else follow(payment_id)
  }

  return { standing, running, trouble, pay, again }
}
