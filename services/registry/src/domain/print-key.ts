// Keys with which whoever holds one may print on one printer.

export interface PrintKey {
  readonly id: string;
  readonly deviceId: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly uses: number;
  /** Newest first, at most 50. */
  readonly senders: readonly string[];
}

const LONGEST_SENDER = 80;

/** The name that a sender gives, made safe to show: at most 80 characters on one line; may be empty. */
export function senderName(given: string): string {
  const line = given.slice(0, 1_000).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ');
  return [...line.trim()].slice(0, LONGEST_SENDER).join('').trim();
}
