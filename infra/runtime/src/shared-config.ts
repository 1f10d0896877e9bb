// The variables that several services share, each declared here once and spread into a service's own config.
import { type TInteger, type TOptional, type TString, Type } from 'typebox';

type TlsVariables<P extends string> = { [K in `${P}_TLS_${'CA' | 'CERT' | 'KEY'}_FILE`]: TOptional<TString> };

function tlsFiles<P extends string>(prefix: P, whom: string): TlsVariables<P> {
  const file = (description: string): TOptional<TString> => Type.Optional(Type.String({ description }));
  const variables: unknown = {
    [`${prefix}_TLS_CA_FILE`]: file(
      `PEM file of the CA whose certificates ${whom} must show; plain text when absent.`,
    ),
    [`${prefix}_TLS_CERT_FILE`]: file(`PEM file of the certificate that this process shows to ${whom}.`),
    [`${prefix}_TLS_KEY_FILE`]: file(`PEM file of the key to ${prefix}_TLS_CERT_FILE.`),
  };
  return variables as TlsVariables<P>;
}

/** Where the bus is, and who this process is there. */
export const natsConfig = {
  NATS_URL: Type.String({
    default: 'nats://127.0.0.1:4222',
    minLength: 1,
    description: 'Servers of the bus, comma-separated; user and password may stand in the URL.',
  }),
  NATS_USER: Type.Optional(
    Type.String({ description: 'Name under which the bus knows this process; wins over one in the URL.' }),
  ),
  NATS_PASSWORD: Type.Optional(
    Type.String({
      secret: true,
      description: 'Password of NATS_USER, as it is: a URL would want it escaped.',
    }),
  ),
  ...tlsFiles('NATS', 'the bus'),
};

/** What every process has. */
export const commonConfig = {
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    default: 'info',
    description: 'The least severe level that is logged.',
  }),
  ...tlsFiles('GRPC', 'the other services'),
  GRPC_TLS_VERIFY_CLIENTS: Type.Boolean({
    default: true,
    description:
      'Whether the gRPC server, when it has a certificate, turns away who shows none of GRPC_TLS_CA_FILE.',
  }),
};

/** Names that a service may declare besides those with its own prefix. */
export const sharedVariables: ReadonlySet<string> = new Set([
  ...Object.keys(natsConfig),
  ...Object.keys(commonConfig),
]);

type HostAndPort<P extends string, Server extends string> = {
  [K in `${P}_${Server}_HOST`]: TString;
} & {
  [K in `${P}_${Server}_PORT`]: TInteger;
};

function hostAndPort(prefix: string, server: string, port: number, what: string): unknown {
  return {
    [`${prefix}_${server}_HOST`]: Type.String({
      default: '0.0.0.0',
      minLength: 1,
      description: `Address on which ${what} listens.`,
    }),
    [`${prefix}_${server}_PORT`]: Type.Integer({
      default: port,
      minimum: 0,
      maximum: 65_535,
      description: `Port on which ${what} listens; 0 takes a free one and logs it.`,
    }),
  };
}

/** Where /livez, /readyz and /metrics are. */
export function healthConfig<P extends string>(prefix: P): HostAndPort<P, 'HEALTH'> {
  const variables = hostAndPort(prefix, 'HEALTH', 9464, 'the server of /livez, /readyz and /metrics');
  return variables as HostAndPort<P, 'HEALTH'>;
}

/** Where the service's own RPCs are. */
export function grpcConfig<P extends string>(prefix: P): HostAndPort<P, 'GRPC'> {
  return hostAndPort(prefix, 'GRPC', 9000, 'the gRPC server') as HostAndPort<P, 'GRPC'>;
}

type PostgresVariables<P extends string> = {
  [K in `${P}_POSTGRES_URL`]: TString;
} & {
  [K in `${P}_POSTGRES_POOL`]: TInteger;
};

/** Where the service's own database is. */
export function postgresConfig<P extends string>(prefix: P): PostgresVariables<P> {
  const variables: unknown = {
    [`${prefix}_POSTGRES_URL`]: Type.String({
      secret: true,
      pattern: '^postgres(ql)?://',
      description: 'The database, `postgresql://user:password@host:port/database`.',
    }),
    [`${prefix}_POSTGRES_POOL`]: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 200,
      description: 'Most connections that one process opens to the database.',
    }),
  };
  return variables as PostgresVariables<P>;
}
