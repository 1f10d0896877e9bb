// What a device is to rollouts: what it runs, where it belongs, whether it is there and may be updated.

/** What a device said of the firmware that it runs; `unknown` when it said nothing. */
export type Validation = 'validated' | 'not_validated' | 'unknown';

/** One device. Times are epoch milliseconds. */
export interface FleetDevice {
  readonly deviceId: string;
  /** Its short id on the bus. */
  readonly number: bigint;
  readonly organizationId: string;
  /** The session of the last record that was taken, and its number in it. */
  readonly epoch: bigint;
  readonly sequence: bigint;
  /** Of its last join; 0 before. */
  readonly joinedEpoch: bigint;
  readonly joinedSequence: bigint;
  /** What was said last of its sessions: of which one, whether it is there, and when that was so. */
  readonly presenceEpoch: bigint;
  readonly presenceOnline: boolean;
  readonly presenceAtMs: number;
  readonly firstSeenAtMs: number;
  /** When it joined first on its present session. */
  readonly connectedAtMs: number;
  /** Empty while it has not said; then it gets no updates of groups. */
  readonly firmwareUuid: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly validation: Validation;
  /** wifi, ethernet, cellular or unknown. */
  readonly network: string;
  readonly tags: readonly string[];
  /** Whether the tags are those that people gave it. */
  readonly described: boolean;
  readonly updatesEnabled: boolean;
  readonly blockedUntilMs: number | undefined;
  /** When it began updates of groups that did not end in success. */
  readonly attemptsMs: readonly number[];
  readonly groupId: string | undefined;
  /** The newest release of its group that it was offered. */
  readonly takenRelease: number | undefined;
}

/** Which device, as it is first heard of. */
export type Newcomer = Pick<FleetDevice, 'deviceId' | 'number' | 'organizationId' | 'firstSeenAtMs'>;

/** A device of which nothing more is known. */
export function newcomer(which: Newcomer): FleetDevice {
  return {
    ...which,
    epoch: 0n,
    sequence: 0n,
    joinedEpoch: 0n,
    joinedSequence: 0n,
    presenceEpoch: 0n,
    presenceOnline: false,
    presenceAtMs: which.firstSeenAtMs,
    connectedAtMs: which.firstSeenAtMs,
    firmwareUuid: '',
    product: '',
    platform: '',
    architecture: '',
    version: '',
    apiVersion: '',
    validation: 'unknown',
    network: 'unknown',
    tags: [],
    described: false,
    updatesEnabled: true,
    blockedUntilMs: undefined,
    attemptsMs: [],
    groupId: undefined,
    takenRelease: undefined,
  };
}

/** Whether it can be told something: it has joined on its newest session, and nobody has said that this has ended. */
export function isReachable({ joinedEpoch, epoch, presenceEpoch, presenceOnline }: FleetDevice): boolean {
  if (joinedEpoch === 0n || joinedEpoch !== epoch) return false;
  return presenceEpoch < joinedEpoch || (presenceEpoch === joinedEpoch && presenceOnline);
}

/** The device after a word about one of its sessions; an older word changes nothing. */
export function present(
  device: FleetDevice,
  { epoch, online, atMs }: { readonly epoch: bigint; readonly online: boolean; readonly atMs: number },
): FleetDevice {
  const isNews =
    epoch > device.presenceEpoch || (epoch === device.presenceEpoch && atMs > device.presenceAtMs);
  if (!isNews) return device;
  return { ...device, presenceEpoch: epoch, presenceOnline: online, presenceAtMs: atMs };
}

// More say nothing that fewer do not: the penalty box takes a device at far less (nerveshub.md 5.3).
const MAX_ATTEMPTS = 1_000;

/** The device with one more attempt. */
export function attempted(device: FleetDevice, nowMs: number): FleetDevice {
  return { ...device, attemptsMs: [...device.attemptsMs, nowMs].slice(-MAX_ATTEMPTS) };
}
