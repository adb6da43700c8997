import { describe, expect, it } from 'vitest'
import { colourOf, emptyDraft, filled, statusKey, variablesOf } from './template'

describe('a template', () => {
  it('names its variables by their place, each once', () => {
    const draft = {
      ...emptyDraft(),
      header: 'Pedido {{1}}',
      body: 'Hola {{1}}, {{ 2 }} y {{1}}',
      buttons: [{ type: 'QUICK_REPLY', text: 'Sí' }, { type: 'URL', text: 'Ver', url: 'https://e.example/{{1}}' }],
    }
    expect(variablesOf(draft)).toEqual(['header.1', 'body.1', 'body.2', 'button.1.1'])
  })

  it('keeps a variable in sight until it has a value', () => {
    expect(filled('body', 'Hola {{1}}, {{2}}', { 'body.1': 'Ana', 'body.2': ' ' })).toBe('Hola Ana, {{2}}')
  })

  it('takes a value literally', () => {
    expect(filled('body', '{{1}}', { 'body.1': '$& {{2}}' })).toBe('$& {{2}}')
  })

  it('has a word and a colour for a status that nobody named yet', () => {
    expect(statusKey('archived')).toBe('other')
    expect(colourOf('approved')).toBe('air-primary-success')
    expect(colourOf('archived')).toBe('air-secondary-accent')
  })
})
