import { expect, test } from 'vitest'
import { changeOf, formOf, nobody, type Customer } from './customer'

const CUSTOMER = {
  customer_id: '1', trade_name: 'ACME', legal_name: null, tax_id_type: null, tax_id: null, country: null, billing_address: {},
  contacts: [{ name: 'Ana', email: 'ana@example.com' }], language: 'es', currency: 'USD', state: 'active', version: 3,
  created_at: '', updated_at: '', portals: [], subscriptions: [],
} as unknown as Customer

test('what was not touched is sent as it was', () => {
  expect(changeOf(formOf(CUSTOMER), 3)).toEqual({
    version: 3, trade_name: 'ACME', legal_name: null, tax_id_type: null, tax_id: null, country: null,
    billing_address: { street: '', city: '', region: '', postal_code: '', country: '' },
    contacts: [{ name: 'Ana', email: 'ana@example.com', phone: '', purpose: '' }], language: 'es',
  })
})

test('the country is that of the address, in large letters; an empty contact is none', () => {
  const form = { ...formOf(CUSTOMER), country: ' co ', tax_id_type: 'NIT' as const, tax_id: '860.034.594-1', contacts: [nobody()] }
  const change = changeOf({ ...form, address: { ...form.address, city: 'Cali ' } }, 3)
  expect(change).toMatchObject({ country: 'CO', tax_id: '860.034.594-1', billing_address: { city: 'Cali', country: 'CO' }, contacts: [] })
})

test('without a kind there is no tax id', () => {
  expect(changeOf({ ...formOf(CUSTOMER), tax_id: '123456' }, 1)).toMatchObject({ tax_id_type: null, tax_id: null })
})
