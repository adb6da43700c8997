/** The currencies that a wallet may have (`billing.currency`). */
export const CURRENCIES = ['USD', 'EUR', 'ARS', 'BOB', 'BRL', 'CLP', 'COP', 'CRC', 'DOP', 'GTQ', 'MXN', 'PEN', 'PYG', 'UYU']
