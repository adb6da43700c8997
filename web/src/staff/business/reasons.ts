/** A reason that says something: what our server asks for as well. */
export function isReason(typed: string): boolean {
  return typed.trim().length >= 3
}
