// Decides between plain text, TLS and mutual TLS for the two ends of a gRPC connection.
import { type ChannelCredentials, credentials, experimental, ServerCredentials } from '@grpc/grpc-js';
import { Fault } from '../fault.js';
import type { TlsFiles } from '../peer-security.js';
import { CertificateFiles } from './certificate-files.js';

// One look at the files serves all connections that are made with them.
const watched = new WeakMap<TlsFiles, CertificateFiles>();

function filesOf(tls: TlsFiles): CertificateFiles {
  const known = watched.get(tls);
  if (known !== undefined) return known;
  const files = new CertificateFiles(tls);
  watched.set(tls, files);
  return files;
}

/** Plain text without files; else only servers of the CA are believed, and the own certificate is shown, if there is one. */
export function clientCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const files = filesOf(tls);
  return experimental.createCertificateProviderChannelCredentials(
    files,
    tls.cert === undefined ? null : files,
  );
}

/**
 * Plain text without files; else TLS, and callers show a certificate of the CA unless that is turned off. Fault `invalid`
 * without a certificate of its own or with files that do not fit together, `unavailable` when one cannot be read.
 */
export async function serverCredentials(tls: TlsFiles | undefined): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  if (tls.cert === undefined)
    throw new Fault('invalid', 'a gRPC server with a CA needs a certificate of its own');
  const files = filesOf(tls);
  await files.read();
  const isVerifying = tls.verifyClients !== false;
  // The first is what the server shows, the second whom it believes: the library names them the other way round.
  return experimental.createCertificateProviderServerCredentials(
    files,
    isVerifying ? files : null,
    isVerifying,
  );
}
