// What is typed into a customer's form, and the change that our server takes of it.

import type { Schemas } from '@/api/client'

export type Customer = Schemas['CustomerFacts']
export type Change = Schemas['CustomerChange']
type TaxIdType = NonNullable<Customer['tax_id_type']>

export const TAX_ID_TYPES: TaxIdType[] = ['RFC', 'NIT', 'CUIT', 'RUC', 'RUT', 'CNPJ', 'CPF']
export const ADDRESS = ['street', 'city', 'region', 'postal_code'] as const
export const CONTACT = ['name', 'email', 'phone', 'purpose'] as const
/** Without a tax id. */
export const NO_TYPE = 'none'

type Line<Name extends string> = Record<Name, string>
export interface CustomerForm {
  trade_name: string
  legal_name: string
  tax_id_type: TaxIdType | typeof NO_TYPE
  tax_id: string
  country: string
  language: Customer['language']
  address: Line<(typeof ADDRESS)[number]>
  contacts: Line<(typeof CONTACT)[number]>[]
}

const linesOf = <Name extends string>(names: readonly Name[], from: Partial<Record<Name, string>>) =>
  Object.fromEntries(names.map((name) => [name, from[name] ?? ''])) as Line<Name>

export const nobody = () => linesOf(CONTACT, {})

export function formOf(customer: Customer): CustomerForm {
  return {
    trade_name: customer.trade_name,
    legal_name: customer.legal_name ?? '',
    tax_id_type: customer.tax_id_type ?? NO_TYPE,
    tax_id: customer.tax_id ?? '',
    country: customer.country ?? '',
    language: customer.language,
    address: linesOf(ADDRESS, customer.billing_address),
    contacts: customer.contacts.map((contact) => linesOf(CONTACT, contact)),
  }
}

const trimmed = <Name extends string>(line: Line<Name>) =>
  Object.fromEntries(Object.entries<string>(line).map(([name, value]) => [name, value.trim()])) as Line<Name>

/** Empty fields empty what stands there; a contact without a word is none. */
export function changeOf(form: CustomerForm, version: number): Change {
  const country = form.country.trim().toUpperCase()
  const isTaxed = form.tax_id_type !== NO_TYPE
  return {
    version,
    trade_name: form.trade_name.trim(),
    legal_name: form.legal_name.trim() || null,
    tax_id_type: form.tax_id_type === NO_TYPE ? null : form.tax_id_type,
    tax_id: isTaxed ? form.tax_id.trim() || null : null,
    country: country || null,
    billing_address: { ...trimmed(form.address), country },
    contacts: form.contacts.map(trimmed).filter((contact) => Object.values(contact).some(Boolean)),
    language: form.language,
  }
}
