// Asking for claims: what is refused in which words, to whom, how they are listed, and what is kept of a code.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Account, type Claims, newPrinter, startClaims } from './_claims.js';
import { codeOf, principalOf } from './_registry.js';

let claims: Claims;
let owner: Account;
let other: Account;

beforeAll(async () => {
  claims = await startClaims();
  owner = await claims.newAccount();
  other = await claims.newAccount();
});
afterAll(() => claims.stop());

const faultOf = (call: Promise<unknown>): Promise<Record<string, unknown>> =>
  call.then(
    () => ({}),
    (error: Error) => ({ ...error, message: error.message }),
  );

describe('asking', () => {
  it('says what is wrong with a code, and which one was meant in the details alone', async () => {
    const fault = await faultOf(claims.claim(owner, 'eocd-880w-be80-vc36'));
    const hint = 'did you mean eocd-880w-be8o-vc36?';
    expect(fault).toMatchObject({
      code: 'invalid',
      details: [{ field: 'code', message: expect.stringContaining(hint) }],
    });
    expect(fault['message']).not.toContain('be8o');
    const short = await faultOf(claims.claim(owner, 'eocd'));
    expect(short).toMatchObject({ code: 'invalid', message: 'code must have 16 characters, and has 4' });
  });

  it('makes one claim of a repeated request', async () => {
    const printer = newPrinter();
    const once = { idempotencyKey: randomUUID(), name: 'Once' };
    const bridge = await claims.newBridge(owner);
    await claims.asks(printer, bridge);
    const made = await Promise.all([1, 2, 3].map(() => claims.claim(owner, printer.code, once)));
    expect(new Set(made.map(({ claim }) => claim?.id)).size).toBe(1);
    expect(await claims.sentTo(bridge)).toHaveLength(1);
    expect(await codeOf(claims.claim(owner, newPrinter().code, once))).toBe('conflict');
  });

  it('makes one device of two organizations that claim at once', async () => {
    const printer = newPrinter();
    await claims.asks(printer, await claims.newBridge(owner));
    const both = await Promise.all(
      [owner, other].map((account) => codeOf(claims.claim(account, printer.code))),
    );
    expect(both.toSorted()).toEqual(['conflict', 'ok']);
  });

  it('is for operators, and reading for members', async () => {
    const viewer = await claims.newAccount();
    const { claim } = await claims.claim(owner, newPrinter().code);
    const about = { principal: viewer.principal, id: claim?.id ?? '' };
    expect(await codeOf(claims.claims.getClaim(about))).toBe('not_found');
    await claims.client.addMember({
      principal: owner.principal,
      organizationId: owner.organization.id,
      email: viewer.email,
      role: 'viewer',
      idempotencyKey: '',
    });
    const principal = await principalOf(claims.client, viewer.token);
    expect((await claims.claims.getClaim({ ...about, principal })).claim).toEqual(claim);
    expect(await codeOf(claims.claims.deleteClaim({ ...about, principal }))).toBe('forbidden');
    const inTheirs = { organizationId: owner.organization.id };
    expect(await codeOf(claims.claim({ ...viewer, principal }, newPrinter().code, inTheirs))).toBe(
      'forbidden',
    );
    expect(await codeOf(claims.claim(other, newPrinter().code, inTheirs))).toBe('not_found');
  });

  it('lists page by page', async () => {
    const account = await claims.newAccount();
    const made: (string | undefined)[] = [];
    for (let index = 0; index < 5; index++)
      made.push((await claims.claim(account, newPrinter().code)).claim?.id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const asked = { principal: account.principal, organizationId: '', state: '', limit: 2, cursor };
      const page = await claims.claims.listClaims(asked);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen).toEqual(made);
  });
});

describe('codes, secrets and keys', () => {
  it('are in no table and in no line of the log', async () => {
    const lines: string[] = [];
    const written = vi.spyOn(fs, 'writeSync').mockImplementation((_, data) => {
      lines.push(String(data));
      return Buffer.byteLength(String(data));
    });
    const printer = newPrinter();
    try {
      await claims.asks(printer, await claims.newBridge(owner));
      const once = { idempotencyKey: randomUUID() };
      const { device } = await claims.claim(owner, printer.code, once);
      await claims.claim(owner, newPrinter(printer.address).code);
      await claims.claim(owner, printer.code).catch(() => undefined);
      await claims.claim(owner, 'eocd-880w-be80-vc36').catch(() => undefined);
      const request = { principal: owner.principal, deviceId: device?.id ?? '', name: '' };
      const { secret } = await claims.claims.createPrintKey({ ...request, idempotencyKey: '' });
      await claims.claims.openPrintKey({ secret, use: true, sender: 'x' });
      await claims.claims
        .openPrintKey({ secret: `${secret}x`, use: true, sender: 'x' })
        .catch(() => undefined);
      const secrets = [
        printer.code,
        printer.code.replaceAll('-', ''),
        printer.key,
        Buffer.from(printer.key, 'base64').toString('hex'),
        secret,
        'be8o',
      ];
      expect(lines.join('')).toContain('code is mistyped');
      const kept = await everything();
      expect(kept).toContain(printer.address);
      for (const each of secrets) {
        expect(lines.join('')).not.toContain(each);
        expect(kept).not.toContain(each);
        // As a column of bytes shows a text.
        expect(kept).not.toContain(Buffer.from(each).toString('hex'));
      }
    } finally {
      written.mockRestore();
    }
  });

  /** Every row of every table as text. */
  async function everything(): Promise<string> {
    const tables = await claims.query<{ name: string }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const texts = await Promise.all(
      tables.map(({ name }) => claims.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)),
    );
    return texts
      .flat()
      .map(({ text }) => text)
      .join('\n');
  }
});
