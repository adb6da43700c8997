// The company as its invoices name it: which tax ids a country has, and which address receipts go to.

import type { Schemas } from '@/api/client'

export type Customer = Schemas['Customer']
type TaxIdType = NonNullable<Customer['tax_id_type']>

/** Countries whose tax ids are checked for their form, with their kinds. */
export const TAX_IDS: Record<string, TaxIdType[]> = {
  AR: ['CUIT'], BO: ['NIT'], BR: ['CNPJ', 'CPF'], CL: ['RUT'], CO: ['NIT'], CR: ['RUC'], EC: ['RUC'], GT: ['NIT'], MX: ['RFC'], NI: ['RUC'],
  PA: ['RUC'], PE: ['RUC'], PY: ['RUC'], SV: ['NIT'], UY: ['RUT'],
}
/** Beside them, where customers may be. */
export const COUNTRIES = [...Object.keys(TAX_IDS), 'DO', 'ES', 'HN', 'PT', 'US', 'VE']

export interface FactsForm {
  legalName: string
  country: string
  taxIdType: TaxIdType | undefined
  taxId: string
  street: string
  city: string
  region: string
  postalCode: string
  email: string
}

const BILLING = 'billing'
const isBilling = ({ purpose }: Customer['contacts'][number]) => purpose === BILLING

/** To whom receipts go first. */
export function billingEmail({ contacts }: Pick<Customer, 'contacts'>): string {
  return contacts.find(isBilling)?.email ?? ''
}

export function formOf(customer: Customer): FactsForm {
  // What is empty is left out on the way.
  const { street = '', city = '', region = '', postal_code = '' }: Partial<Customer['billing_address']> = customer.billing_address
  return {
    legalName: customer.legal_name ?? '', country: customer.country ?? '', taxIdType: customer.tax_id_type ?? TAX_IDS[customer.country ?? '']?.[0], taxId: customer.tax_id ?? '',
    street, city, region, postalCode: postal_code, email: billingEmail(customer),
  }
}

/** What the form asks to change; other contacts stay as they are. */
export function changeOf(customer: Customer, form: FactsForm): Schemas['CustomerChange'] {
  const taxId = form.taxId.trim()
  const type = TAX_IDS[form.country]?.find((one) => one === form.taxIdType) ?? TAX_IDS[form.country]?.[0] ?? null
  const known = customer.contacts.find(isBilling)
  const email = form.email.trim()
  const others = customer.contacts.filter((one) => !isBilling(one))
  return {
    version: customer.version,
    legal_name: form.legalName.trim() || null,
    country: form.country || null,
    tax_id_type: taxId === '' ? null : type,
    tax_id: taxId === '' || type === null ? null : taxId,
    billing_address: { street: form.street.trim(), city: form.city.trim(), region: form.region.trim(), postal_code: form.postalCode.trim(), country: form.country },
    contacts: email === '' ? others : [...others, { name: known?.name ?? '', phone: known?.phone ?? '', email, purpose: BILLING }],
  }
}
