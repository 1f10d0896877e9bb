// Reads what the HTTP side needs out of the configuration.
import type { ApiConfig } from '../config.js';

/** What the HTTP side is told by the configuration. */
export interface HttpSettings {
  readonly bodyLimitBytes: number;
  /** Addresses or networks; empty for none. */
  readonly trustedProxies: readonly string[];
  /** Origins, `*`, or none. */
  readonly corsOrigins: readonly string[];
  readonly rate: { readonly perS: number; readonly burst: number };
  readonly attempts: { readonly perS: number; readonly burst: number };
}

export function settingsOf(config: ApiConfig): HttpSettings {
  return {
    bodyLimitBytes: config.API_BODY_LIMIT_BYTES,
    trustedProxies: listOf(config.API_TRUSTED_PROXIES),
    corsOrigins: listOf(config.API_CORS_ORIGINS),
    rate: { perS: config.API_RATE_PER_S, burst: config.API_RATE_BURST },
    attempts: { perS: config.API_AUTH_RATE_PER_S, burst: config.API_AUTH_BURST },
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
