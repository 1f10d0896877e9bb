// The public keys with which anyone can verify people's tokens.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import type { Context } from './context.js';

export function getJwks({ tokens }: Context): registry.RegistryServer['getJwks'] {
  return unary(async () => ({ jwksJson: JSON.stringify(tokens.jwks()) }));
}
