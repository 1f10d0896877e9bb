// Products of Nerves devices and their keys: what people may write, and which devices a product's key lets in.
import type { Problems } from './fields.js';

export interface Product {
  readonly id: string;
  readonly organizationId: string;
  /** As firmware names it; unique in its organization. */
  readonly name: string;
  readonly createdAt: Date;
}

export interface ProductKey {
  readonly id: string;
  readonly productId: string;
  readonly name: string;
  readonly key: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
}

/** The name in the firmware's metadata: 1 to 200 characters. */
export function checkProductName(problems: Problems, name: string): string {
  return problems.name('name', name, { required: true });
}

/** What of a registered device decides whether a product's key speaks for it. */
export interface Candidate {
  readonly organizationId: string;
  /** Null where nobody has said of which product it is. */
  readonly productId: string | null;
  /** Whether it has a secret or a certificate of its own that still stands. */
  readonly ownProof: boolean;
}

/**
 * Whether a product's key speaks for the device: `joins` when it becomes one of the product by it. All devices of a
 * product share its key, so it is good for no device of another product, and for none that was given a secret of its
 * own before it was of any.
 */
export function keySpeaksFor(
  product: Pick<Product, 'id' | 'organizationId'>,
  device: Candidate,
): 'yes' | 'joins' | 'no' {
  if (device.organizationId !== product.organizationId) return 'no';
  if (device.productId === product.id) return 'yes';
  return device.productId === null && !device.ownProof ? 'joins' : 'no';
}
