// Addresses of bridges and printers: 16 lower-case hex digits, whatever prefix and case they were written with.

export function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 18) return undefined;
  const digits = value.toLowerCase().replace(/^0x/, '');
  return /^[0-9a-f]{16}$/.test(digits) ? digits : undefined;
}
