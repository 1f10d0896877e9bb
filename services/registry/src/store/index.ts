// All that the registry keeps, by subject.
import { admission } from './admission.js';
import { apiKeys } from './api-keys.js';
import { audit } from './audit.js';
import { caCertificates } from './ca-certificates.js';
import { claims } from './claims.js';
import { commandArrivals } from './command-arrivals.js';
import { commandCutOff } from './command-cut-off.js';
import { commandDispatch } from './command-dispatch.js';
import { commandSweep } from './command-sweep.js';
import { commands } from './commands.js';
import { connections } from './connections.js';
import { consoles } from './consoles.js';
import { credentials } from './credentials.js';
import { desired } from './desired.js';
import { deviceCertificates } from './device-certificates.js';
import { deviceList } from './device-list.js';
import { devices } from './devices.js';
import { devicesOnSight } from './devices-on-sight.js';
import { facts } from './facts.js';
import { housekeeping } from './housekeeping.js';
import { keyRequests } from './key-requests.js';
import { loginAttempts } from './login-attempts.js';
import { members } from './members.js';
import { organizations } from './organizations.js';
import { orm as ormOn } from './orm.js';
import { outbox } from './outbox.js';
import { people } from './people.js';
import { printKeys } from './print-keys.js';
import { productKeys } from './product-keys.js';
import { products } from './products.js';
import { revocations } from './revocations.js';
import { schedules } from './schedules.js';
import { sessions } from './sessions.js';
import { sharedSecrets } from './shared-secrets.js';
import { signingKeys } from './signing-keys.js';
import { type Pool, rows } from './sql.js';

export type Store = ReturnType<typeof store>;

/** Devices have connections of their own, so that their storms and the lists of people do not wait for each other. */
export interface Pools {
  readonly people: Pool;
  readonly admission: Pool;
  readonly hot: Pool;
  readonly commands: Pool;
}

/** `secret` is the service's, 32 bytes; it seals what commands do. */
export function store(pools: Pools, secret: Buffer) {
  const orm = ormOn(pools.people);
  return {
    admission: admission(pools.admission),
    sessions: sessions(pools.hot),
    facts: facts(pools.hot),
    outbox: outbox(pools.hot),
    housekeeping: housekeeping(pools.people),
    people: people(orm),
    loginAttempts: loginAttempts(orm),
    organizations: organizations(orm),
    members: members(orm),
    apiKeys: apiKeys(orm),
    audit: audit(orm),
    devices: devices(orm),
    deviceList: deviceList(orm),
    credentials: credentials(orm),
    deviceCertificates: deviceCertificates(orm, pools.hot),
    caCertificates: caCertificates(orm),
    sharedSecrets: sharedSecrets(orm, pools.hot, secret),
    devicesOnSight: devicesOnSight(orm),
    products: products(orm),
    productKeys: productKeys(orm, secret),
    revocations: revocations(pools.hot),
    connections: connections(orm),
    consoles: consoles(orm, pools.hot),
    claims: claims(orm),
    keyRequests: keyRequests(orm),
    printKeys: printKeys(orm),
    schedules: schedules(orm),
    commands: commands(orm, secret),
    desired: desired(orm, secret),
    commandDispatch: commandDispatch(pools.commands, secret),
    commandSweep: commandSweep(pools.commands),
    commandArrivals: commandArrivals(orm, secret),
    commandCutOff: commandCutOff(orm, secret),
    signingKeys: signingKeys(orm),
    /** Throws a fault when Postgres does not answer. */
    async check(): Promise<void> {
      await rows(pools.people, { name: 'check', text: 'SELECT 1' }, []);
    },
  };
}
