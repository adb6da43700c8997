// Amounts as our API has them: whole numbers of millionths of a currency unit.

import type { Schemas } from '@/api/client'
import { useFormats } from '@/formats'

/** The balance of who has a wallet. */
export type Wallet = Schemas['Balance'] & { currency: string }

const MILLION = 1_000_000

/** An amount in millionths as the person reads money. */
export function useAmounts(): (micros: number, currency: string) => string {
  const { money } = useFormats()
  return (micros, currency) => money(micros / MILLION, currency)
}

/** What a field of numbers holds, such as `12.5`, in millionths; null where it holds no amount. */
export function microsOf(typed: string | number | null | undefined): number | null {
  if (typed === null || typed === undefined || String(typed).trim() === '') return null
  const value = Number(typed)
  return Number.isFinite(value) && value >= 0 ? Math.round(value * MILLION) : null
}

/** For a field of numbers: `12.5`; empty where there is no amount. */
export function fieldOf(micros: number | null | undefined): string {
  return micros === null || micros === undefined ? '' : String(micros / MILLION)
}

/** The balance where there is a wallet; null where messages cost nothing yet. */
export function walletOf(balance: Schemas['Balance'] | null): Wallet | null {
  return balance === null || balance.currency === null ? null : { ...balance, currency: balance.currency }
}
