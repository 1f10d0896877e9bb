// Decides what a report of getStats says about the picture and its way here (W3C webrtc-stats).

/** One entry of a report; which members it has depends on its type and the browser. */
export type StatsEntry = Readonly<Record<string, unknown>>;

/** What is seen of a session at one moment. Rates are over the time since the sample before; null while unknown. */
export interface WatchStats {
  readonly sampledAtMs: number;
  readonly framesDecoded: number;
  readonly framesPerSecond: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytesReceived: number;
  readonly bitsPerSecond: number | null;
  readonly packetsLost: number;
  /** host, srflx, prflx or relay; null before a pair of candidates was chosen. */
  readonly localCandidateType: string | null;
  readonly remoteCandidateType: string | null;
  readonly roundTripMs: number | null;
  /** Candidates of the camera that this browser could not take. */
  readonly candidatesRefused: number;
  /** Lists of ICE servers, sent while the session ran, that this browser could not take. */
  readonly serversRefused: number;
}

export type Sample = Omit<WatchStats, 'candidatesRefused' | 'serversRefused'>;

/** The sample that a report amounts to; `before` is the one that was taken last. */
export function sampleOf(report: readonly StatsEntry[], nowMs: number, before?: Sample): Sample {
  const video = report.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  const pair = selectedPair(report);
  const framesDecoded = numberOf(video, 'framesDecoded') ?? 0;
  const bytesReceived = numberOf(video, 'bytesReceived') ?? 0;
  const sinceS = before === undefined ? 0 : (nowMs - before.sampledAtMs) / 1000;
  const rate = (now: number, then: number | undefined) =>
    then === undefined || sinceS <= 0 || now < then ? null : (now - then) / sinceS;
  const bytesPerSecond = rate(bytesReceived, before?.bytesReceived);
  const roundTripS = numberOf(pair, 'currentRoundTripTime');
  return {
    sampledAtMs: nowMs,
    framesDecoded,
    framesPerSecond: numberOf(video, 'framesPerSecond') ?? rate(framesDecoded, before?.framesDecoded),
    width: numberOf(video, 'frameWidth') ?? null,
    height: numberOf(video, 'frameHeight') ?? null,
    bytesReceived,
    bitsPerSecond: bytesPerSecond === null ? null : bytesPerSecond * 8,
    packetsLost: numberOf(video, 'packetsLost') ?? 0,
    localCandidateType: candidateType(report, pair?.['localCandidateId']),
    remoteCandidateType: candidateType(report, pair?.['remoteCandidateId']),
    roundTripMs: roundTripS === undefined ? null : roundTripS * 1000,
  };
}

// Chromium and WebKit name the pair at the transport; Firefox marks the pair itself.
function selectedPair(report: readonly StatsEntry[]): StatsEntry | undefined {
  const transport = report.find((entry) => entry['type'] === 'transport' && entry['selectedCandidatePairId']);
  if (transport !== undefined) return report.find(({ id }) => id === transport['selectedCandidatePairId']);
  return report.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
}

function candidateType(report: readonly StatsEntry[], id: unknown): string | null {
  const entry = id === undefined ? undefined : report.find((each) => each['id'] === id);
  const type = entry?.['candidateType'];
  return typeof type === 'string' ? type : null;
}

function numberOf(entry: StatsEntry | undefined, name: string): number | undefined {
  const value = entry?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
