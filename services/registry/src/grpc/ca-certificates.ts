// The service CaCertificates: CAs that vouch for an organization's devices, registered by whoever owns them.
import type { registry } from '@mooring/proto';
import { systemClock, unary } from '@mooring/runtime';
import { authorize, authorizedIn, type Permission, permission, unknown } from '../domain/authorize.js';
import {
  type CaCertificate,
  type CaCertificateChange,
  checkCertificate,
  checkProvisioning,
  isVerificationToken,
  type NewCaCertificate,
  VERIFICATION_MS,
  verificationToken,
} from '../domain/ca-certificate.js';
import { noCertificate } from '../domain/certificate.js';
import { authorityProblem, verificationProblem } from '../domain/certificate-path.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import type { Context } from './context.js';
import { idOf, organizationOf, principalOf } from './principal.js';

type Server = registry.CaCertificatesServer;

export function caCertificatesHandlers(context: Context): Server {
  return {
    createCaVerification: createCaVerification(context),
    listCaCertificates: listCaCertificates(context),
    createCaCertificate: createCaCertificate(context),
    updateCaCertificate: updateCaCertificate(context),
    deleteCaCertificate: deleteCaCertificate(context),
  };
}

function createCaVerification({ secret }: Context): Server['createCaVerification'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    authorize(principal, organizationId, permission.manageAuthorities, 'organization');
    const nowMs = systemClock.now();
    const token = verificationToken(secret, organizationId, nowMs);
    return { token, expiresAtMs: nowMs + VERIFICATION_MS };
  });
}

function listCaCertificates({ store }: Context): Server['listCaCertificates'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationIds = askedOf(principal, request.organizationId, permission.readAuthorities);
    const asked = page(request.limit, request.cursor);
    const found = await store.caCertificates.list(organizationIds, asked);
    const { items, nextCursor } = paged(found, asked.limit, (each) => each.id);
    return { items: items.map(caCertificateMessage), nextCursor };
  });
}

function createCaCertificate({ store, secret }: Context): Server['createCaCertificate'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    authorize(principal, organizationId, permission.manageAuthorities, 'organization');
    const made = checkNew(request, organizationId, secret);
    const certificate = await store.caCertificates.create(made, actorOf(principal));
    return { certificate: caCertificateMessage(certificate) };
  });
}

function updateCaCertificate(context: Context): Server['updateCaCertificate'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await authorityFor(context, principal, request.id);
    const change = changeOf(request);
    const certificate = await context.store.caCertificates.update(id, change, actorOf(principal));
    return { certificate: caCertificateMessage(certificate) };
  });
}

function deleteCaCertificate(context: Context): Server['deleteCaCertificate'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const authority = await authorityFor(context, principal, request.id);
    await context.store.caCertificates.remove(authority, actorOf(principal));
    return {};
  });
}

/** The organizations that are meant, in which the principal may do it. */
function askedOf(principal: Principal, named: string, needed: Permission): readonly string[] {
  if (named === '') return authorizedIn(principal, needed);
  const organizationId = idOf(named, 'organization');
  authorize(principal, organizationId, needed, 'organization');
  return [organizationId];
}

async function authorityFor({ store }: Context, principal: Principal, id: string): Promise<CaCertificate> {
  const found = await store.caCertificates.get(idOf(id, 'CA certificate'));
  authorize(principal, found?.organizationId, permission.manageAuthorities, 'CA certificate');
  if (found === undefined) throw unknown('CA certificate');
  return found;
}

/** Fault `invalid` for what is no CA, and where its owner is not proven to be the one who asks. */
function checkNew(
  request: registry.CreateCaCertificateRequest,
  organizationId: string,
  secret: Buffer,
): NewCaCertificate {
  const problems = new Problems();
  const certificate = checkCertificate(problems, 'certificate', request.certificatePem);
  const verification = checkCertificate(problems, 'verification', request.verificationPem);
  const description = problems.name('description', request.description);
  const provisioning = request.provisioning && checkProvisioning(problems, request.provisioning);
  problems.check();
  if (certificate === undefined || verification === undefined) throw noCertificate();
  const nowMs = systemClock.now();
  const isToken = (token: string): boolean => isVerificationToken(secret, organizationId, token, nowMs);
  const unfit = authorityProblem(certificate);
  if (unfit !== undefined) problems.add('certificate', unfit);
  const unproven = verificationProblem(verification, certificate, isToken, new Date(nowMs));
  if (unproven !== undefined) problems.add('verification', unproven);
  problems.check();
  const { checkExpiration } = request;
  return { organizationId, certificate, description, checkExpiration, provisioning };
}

function changeOf(request: registry.UpdateCaCertificateRequest): CaCertificateChange {
  const { description, checkExpiration, provisioning, setProvisioning } = request;
  const problems = new Problems();
  const change = {
    ...(description === undefined ? {} : { description: problems.name('description', description) }),
    ...(checkExpiration === undefined ? {} : { checkExpiration }),
    ...(setProvisioning
      ? { provisioning: provisioning === undefined ? null : checkProvisioning(problems, provisioning) }
      : {}),
  };
  problems.check();
  return change;
}

function caCertificateMessage(authority: CaCertificate): registry.CaCertificate {
  const { id, organizationId, description, checkExpiration, provisioning, certificate } = authority;
  const { commonName = '', serial, subjectKeyId = '' } = certificate;
  return {
    ...{ id, organizationId, description, commonName, serial, subjectKeyId, checkExpiration },
    notBeforeMs: certificate.notBefore.getTime(),
    notAfterMs: certificate.notAfter.getTime(),
    provisioning: provisioning && { ...provisioning, tags: [...provisioning.tags] },
    createdAtMs: authority.createdAt.getTime(),
    lastUsedAtMs: authority.lastUsedAt?.getTime(),
  };
}
