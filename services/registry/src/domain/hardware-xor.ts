// What a claim code knows a printer by: its address folded into 24 bits.

/** The hardware xor of a BERG address of 16 hex digits, 0..2^24-1 (berg.md 5.2). Many addresses share one. */
export function hardwareXor(address: string): number {
  // The rule counts bytes from the last one: b0 is the last pair of digits.
  const byte = (index: number): number => Number.parseInt(address.slice(14 - 2 * index, 16 - 2 * index), 16);
  const low = byte(0) ^ byte(5);
  const middle = byte(1) ^ byte(3) ^ byte(6);
  const high = byte(2) ^ byte(4) ^ byte(7);
  return (high << 16) | (middle << 8) | low;
}
