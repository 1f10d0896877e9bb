// Certificates of devices, from the CA that a person registers to the admission that one gives, against real Postgres.
import { randomUUID } from 'node:crypto';
import { type TestAuthority, type TestCertificate, testAuthority } from '@mooring/harness';
import { registry as messages } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

type Account = Awaited<ReturnType<typeof newAccount>>;

let registry: TestRegistry;
let owner: Account;
let stranger: Account;

beforeAll(async () => {
  registry = await startRegistry();
  [owner, stranger] = await Promise.all([newAccount(registry.client), newAccount(registry.client)]);
});
afterAll(() => registry.stop());

/** The CA's proof for an account, with a fresh token unless another one is given. */
async function proofOf(authority: TestAuthority, account = owner, token?: string): Promise<TestCertificate> {
  const asking = { principal: account.principal, organizationId: account.organization.id };
  const given = token ?? (await registry.authorities.createCaVerification(asking)).token;
  return authority.issue({ commonName: 'verification', uris: [`urn:nerveshub:verify:${given}`] });
}

async function register(
  authority: TestAuthority,
  fields: Partial<messages.CreateCaCertificateRequest> = {},
  account = owner,
): Promise<messages.CaCertificate> {
  const request = messages.CreateCaCertificateRequest.fromPartial({
    principal: account.principal,
    organizationId: account.organization.id,
    certificatePem: authority.pem,
    verificationPem: (await proofOf(authority, account)).pem,
    ...fields,
  });
  const { certificate } = await registry.authorities.createCaCertificate(request);
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

async function product(account = owner): Promise<string> {
  const id = randomUUID();
  const values = [id, account.organization.id, `product ${id}`];
  await registry.query('INSERT INTO product (id, organization_id, name) VALUES ($1, $2, $3)', values);
  return id;
}

const present = ({ der }: { der: Buffer }, policy = 'credentials') =>
  registry.client.authenticateDevice({
    ...{ dialect: 'nerveshub', remoteAddress: '192.0.2.1', policy },
    evidence: { $case: 'certificate', value: { leafDer: der, chainDer: [] } },
  });
const refusal = (certificate: { der: Buffer }) =>
  present(certificate).then(
    () => 'proven',
    (error: Error) => error.message,
  );
const nerves = (identifier: string, account = owner) =>
  enrol(registry.client, account.principal, { dialect: 'nerveshub', identifier });
const give = (device: messages.Device, pem: string, fields: Partial<messages.CreateCredentialRequest> = {}) =>
  registry.client.createCredential(
    messages.CreateCredentialRequest.fromPartial({
      ...{ principal: owner.principal, deviceId: device.id, type: 'certificate', certificatePem: pem },
      ...fields,
    }),
  );

describe('a CA', () => {
  it('is registered by whoever has its key, listed, changed and withdrawn', async () => {
    const authority = await testAuthority('Signer A');
    const made = await register(authority, { description: 'Factory' });
    expect(made).toMatchObject({ commonName: 'Signer A', description: 'Factory', checkExpiration: false });
    expect(made.subjectKeyId).toMatch(/^[0-9A-F]{40}$/);
    const asked = { principal: owner.principal, organizationId: '', limit: 0, cursor: '' };
    const { items } = await registry.authorities.listCaCertificates(asked);
    expect(items).toContainEqual(made);

    const productId = await product();
    const update = (fields: Partial<messages.UpdateCaCertificateRequest>, account = owner) =>
      registry.authorities.updateCaCertificate(
        messages.UpdateCaCertificateRequest.fromPartial({
          principal: account.principal,
          id: made.id,
          ...fields,
        }),
      );
    const provisioning = { productId, tags: ['a'], description: 'Kiosk' };
    const provisioned = await update({ provisioning, setProvisioning: true, checkExpiration: true });
    expect(provisioned.certificate).toMatchObject({ provisioning, checkExpiration: true });
    const foreign = { ...provisioning, productId: randomUUID() };
    expect(await codeOf(update({ provisioning: foreign, setProvisioning: true }))).toBe('invalid');
    expect((await update({ description: 'Other' })).certificate).toMatchObject({ provisioning });
    expect((await update({ setProvisioning: true })).certificate?.provisioning).toBeUndefined();

    expect(await codeOf(update({ description: 'Mine' }, stranger))).toBe('not_found');
    const remove = (account = owner) =>
      registry.authorities.deleteCaCertificate({ principal: account.principal, id: made.id });
    expect(await codeOf(remove(stranger))).toBe('not_found');
    await remove();
    expect(await codeOf(remove())).toBe('not_found');
    const about = { principal: owner.principal, limit: 0, cursor: '' };
    const actions = (await registry.client.listAudit(about)).items.map(({ action }) => action);
    for (const done of ['created', 'updated', 'deleted']) expect(actions).toContain(`ca_certificate.${done}`);
  });

  it('is nobody’s without a proof with a token of that organization', async () => {
    const [authority, other] = await Promise.all([testAuthority('One'), testAuthority('Two')]);
    const tryWith = (proof: TestCertificate, certificate: TestCertificate = authority) =>
      codeOf(register(authority, { certificatePem: certificate.pem, verificationPem: proof.pem }));
    const { token } = await registry.authorities.createCaVerification({
      ...{ principal: stranger.principal, organizationId: stranger.organization.id },
    });
    expect(await tryWith(await proofOf(authority, owner, token))).toBe('invalid');
    expect(await tryWith(await proofOf(authority, owner, 'TOKEN'))).toBe('invalid');
    expect(await tryWith(await proofOf(other))).toBe('invalid');
    expect(await tryWith(authority)).toBe('invalid');
    const leaf = await authority.issue({ commonName: 'leaf' });
    expect(await tryWith(await proofOf(authority), leaf)).toBe('invalid');
    expect(await codeOf(register(authority, { certificatePem: 'none' }))).toBe('invalid');
    expect(await tryWith(await proofOf(authority))).toBe('ok');
  });

  it('vouches for one organization, and for products of that one', async () => {
    const authority = await testAuthority('Shared');
    await register(authority);
    expect(await codeOf(register(authority))).toBe('conflict');
    expect(await codeOf(register(authority, {}, stranger))).toBe('conflict');
    const provisioning = { productId: await product(stranger), tags: [], description: '' };
    expect(await codeOf(register(await testAuthority('Foreign'), { provisioning }))).toBe('invalid');
  });

  it('is the business of owners and admins', async () => {
    const { client } = registry;
    const member = await newAccount(client);
    const organizationId = owner.organization.id;
    const principal = { ...member.principal, memberships: [{ organizationId, role: 'operator' }] };
    const asked = { principal, organizationId, limit: 0, cursor: '' };
    expect(await codeOf(registry.authorities.createCaVerification(asked))).toBe('forbidden');
    expect(await codeOf(registry.authorities.listCaCertificates(asked))).toBe('forbidden');
    const foreign = { ...asked, principal: stranger.principal };
    expect(await codeOf(registry.authorities.createCaVerification(foreign))).toBe('not_found');
    expect(await codeOf(registry.authorities.listCaCertificates(foreign))).toBe('not_found');
  });
});

describe('a certificate that a person gives a device', () => {
  it('lets it in whatever its dates and issuer, and is told in the list', async () => {
    const authority = await testAuthority('Nobody’s');
    const device = await nerves('given');
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };
    const certificate = await authority.issue({ commonName: 'given', ...expired });
    const { credential, secret } = await give(device, certificate.pem, { name: 'Flash' });
    expect([credential?.type, secret]).toEqual(['certificate', '']);
    const { items } = await registry.client.listCredentials({
      ...{ principal: owner.principal, deviceId: device.id, limit: 0, cursor: '' },
    });
    expect(items).toEqual([credential]);
    expect(items[0]?.certificate).toMatchObject({
      commonName: 'given',
      notAfterMs: expired.notAfter.getTime(),
      fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
    });
    const proof = await present(certificate);
    expect(proof).toEqual({ identifier: 'given', credentialId: credential?.id });
    const admission = { dialect: 'nerveshub', deviceKind: 'nerves', policy: 'credentials', ...proof };
    expect((await registry.admit.admitted(admission)).deviceId).toBe(device.id);
    const [row] = await registry.query('SELECT last_used_at FROM credential WHERE id = $1', [credential?.id]);
    expect(row).toMatchObject({ last_used_at: expect.any(Date) });

    const about = { principal: owner.principal, deviceId: device.id, id: credential?.id ?? '' };
    await registry.client.deleteCredential(about);
    expect(await refusal(certificate)).toBe('nothing is known of it');
    expect(await registry.admit.refusal(admission)).toBe('unauthenticated');
  });

  it('comes back by no CA once it was taken away, but by a person', async () => {
    const authority = await testAuthority('Revoking');
    const provisioning = { productId: await product(), tags: [], description: '' };
    await register(authority, { provisioning });
    const certificate = await authority.issue({ commonName: 'taken' });
    const { credentialId } = await present(certificate);
    const [device] = await registry.query<{ id: string }>('SELECT id FROM device WHERE identifier = $1', [
      'taken',
    ]);
    const deviceId = device?.id ?? '';
    const { principal } = owner;
    await registry.client.deleteCredential({ principal, deviceId, id: credentialId });
    expect(await refusal(certificate)).toBe('revoked');
    const { credential } = await give(messages.Device.fromPartial({ id: deviceId }), certificate.pem);
    expect((await present(certificate)).credentialId).toBe(credential?.id);
    await registry.client.deleteDevice({ principal, id: deviceId });
    expect(await refusal(certificate)).toBe('revoked');
    const again = await nerves('taken');
    expect((await present(certificate)).identifier).toBe(again.identifier);
  });

  it('is the device’s own, once, and of a Nerves device', async () => {
    const authority = await testAuthority('Given');
    const device = await nerves('twice');
    const { pem } = await authority.issue({ commonName: 'twice' });
    const once = { idempotencyKey: randomUUID() };
    const { credential } = await give(device, pem, once);
    expect((await give(device, pem, once)).credential).toEqual(credential);
    expect(await codeOf(give(device, pem))).toBe('conflict');
    const other = await authority.issue({ commonName: 'other' });
    expect(await codeOf(give(device, other.pem))).toBe('invalid');
    expect(await codeOf(give(device, 'none'))).toBe('invalid');
    const camera = await enrol(registry.client, owner.principal, { identifier: 'other' });
    expect(await codeOf(give(camera, other.pem))).toBe('invalid');
  });
});

describe('a certificate that a registered CA signed', () => {
  it('is a device’s first, is renewed with the same key, and no other key comes after it', async () => {
    const authority = await testAuthority('Factory');
    const { id } = await register(authority);
    await nerves('unit-1');
    const first = await authority.issue({ commonName: 'unit-1' });
    const renewed = await authority.issue({ commonName: 'unit-1', keys: first.keys });
    const proof = await present(first);
    expect(proof.identifier).toBe('unit-1');
    expect(await present(first)).toEqual(proof);
    expect((await present(renewed)).credentialId).not.toBe(proof.credentialId);
    expect(await refusal(await authority.issue({ commonName: 'unit-1' }))).toBe('unexpected_pubkey');
    const stolen = await authority.issue({ commonName: 'unit-2', keys: first.keys });
    expect(await refusal(stolen)).toBe('mismatched_cert');
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };
    expect(await refusal(await authority.issue({ commonName: 'unit-1', ...expired }))).toBe('cert_expired');
    expect(await refusal(await authority.issue({}))).toBe('missing_common_name');
    expect(await refusal(await authority.issue({ commonName: 'unit-9' }))).toBe('device_not_registered');
    const [row] = await registry.query('SELECT last_used_at FROM ca_certificate WHERE id = $1', [id]);
    expect(row).toMatchObject({ last_used_at: expect.any(Date) });
  });

  it('registers its device where the CA provisions, once also when it comes twice at once', async () => {
    const authority = await testAuthority('Provisioning');
    const productId = await product();
    const provisioning = { productId, tags: ['kiosk'], description: 'Hall' };
    await register(authority, { provisioning });
    const certificate = await authority.issue({ commonName: 'new-1' });
    const rival = await authority.issue({ commonName: 'new-1' });
    const outcomes = await Promise.all([certificate, certificate, rival].map((each) => refusal(each)));
    expect(outcomes.filter((each) => each === 'unexpected_pubkey').length).toBeGreaterThan(0);
    const rows = await registry.query('SELECT * FROM device WHERE identifier = $1', ['new-1']);
    expect(rows).toMatchObject([
      { organization_id: owner.organization.id, product_id: productId, tags: ['kiosk'], name: 'Hall' },
    ]);
    const kept = 'SELECT 1 FROM device_certificate WHERE common_name = $1';
    expect(await registry.query(kept, ['new-1'])).toHaveLength(1);
    await nerves('theirs', stranger);
    expect(await refusal(await authority.issue({ commonName: 'theirs' }))).toBe('identifier_taken');
  });

  it('is nothing known where nobody registered its CA, and no other CA with the same key id stands in', async () => {
    const authority = await testAuthority('Real');
    await register(authority);
    const { items } = await registry.authorities.listCaCertificates({
      ...{ principal: owner.principal, organizationId: '', limit: 0, cursor: '' },
    });
    const real = items.find(({ commonName }) => commonName === 'Real');
    const impostor = await testAuthority('Real', { keyId: real?.subjectKeyId ?? '' });
    await register(impostor, {}, stranger);
    await nerves('honest');
    await nerves('victim');
    expect((await present(await authority.issue({ commonName: 'honest' }))).identifier).toBe('honest');
    const forged = await impostor.issue({ commonName: 'victim' });
    expect(await refusal(forged)).toBe('device_not_registered');
    const unknown = await (await testAuthority('Unknown')).issue({ commonName: 'honest' });
    expect(await refusal(unknown)).toBe('nothing is known of it');
    expect(await present(unknown, 'open')).toEqual({ identifier: '', credentialId: '' });
    expect(await refusal({ der: Buffer.from('no certificate') })).toBe('malformed');
  });

  it('finds room on a device that has renewed for years', async () => {
    const authority = await testAuthority('Years');
    await register(authority);
    const device = await nerves('old-1');
    const { keys, ...first } = await authority.issue({ commonName: 'old-1' });
    const { credentialId } = await present(first);
    for (let index = 0; index < 20; index++) {
      await present(await authority.issue({ commonName: 'old-1', keys }));
    }
    const count = 'SELECT id FROM credential WHERE device_id = $1';
    const kept = await registry.query<{ id: string }>(count, [device.id]);
    expect(kept).toHaveLength(20);
    expect(kept.map(({ id }) => id)).not.toContain(credentialId);
  });
});
