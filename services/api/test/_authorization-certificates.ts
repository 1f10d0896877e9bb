// The authorization table's rows for CAs, and the CAs that its requests are about.
import { type TestAuthority, testAuthority } from '@mooring/harness';
import type { Row, Things } from './_authorization-row.js';

const certificate = ({ caCertificate: id }: Things) => `/v1/ca-certificates/${id}`;

/** What registers a CA, given the URI for the proof. */
export async function registrationOf(name: string, san: string): Promise<Things['caRegistration']> {
  const authority: TestAuthority = await testAuthority(name);
  const proof = await authority.issue({ commonName: 'verification', uris: [san] });
  return { certificate: authority.pem, verification: proof.pem };
}

/** In an order in which each may be made. */
export const certificateRows: readonly Row[] = [
  {
    route: 'POST /v1/ca-certificates/verification',
    body: ({ organization: id }) => ({ organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/ca-certificates',
    path: ({ organization: id }) => `/v1/ca-certificates?organization=${id}`,
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'POST /v1/ca-certificates',
    body: ({ organization: id, caRegistration }) => ({ ...caRegistration, organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'PATCH /v1/ca-certificates/{id}',
    path: certificate,
    body: () => ({ description: 'Factory', check_expiration: true, provisioning: null }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/ca-certificates/{id}',
    path: certificate,
    success: 204,
    outsider: 404,
    viewer: 403,
  },
];
