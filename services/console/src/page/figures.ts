// Writes what is seen of a session: as figures for people, and as data for programs that look at the page.
import type { WatchStats } from '../domain/stats.js';
import type { WatchState } from '../watching.js';

/** Names and figures, in the order of interest; what is not known is left out. */
export function figuresOf(stats: WatchStats): readonly (readonly [string, string])[] {
  const { width, height, framesPerSecond, bitsPerSecond, roundTripMs } = stats;
  const { localCandidateType: mine, remoteCandidateType: theirs } = stats;
  const rows: (readonly [string, string | undefined])[] = [
    ['Picture', width && height ? `${width} × ${height}` : undefined],
    ['Pictures', framesPerSecond === null ? undefined : `${framesPerSecond.toFixed(1)} a second`],
    ['Data', bitsPerSecond === null ? undefined : bitRate(bitsPerSecond)],
    ['Path', mine && theirs ? `${mine} to ${theirs}` : undefined],
    ['Round trip', roundTripMs === null ? undefined : `${Math.round(roundTripMs)} ms`],
    ['Pictures in all', String(stats.framesDecoded)],
    ['Packets lost', String(stats.packetsLost)],
  ];
  return rows.flatMap(([name, figure]) => (figure === undefined ? [] : [[name, figure] as const]));
}

function bitRate(bitsPerSecond: number): string {
  if (bitsPerSecond < 1_000_000) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

/** The data attributes of the video, by their names in `dataset`; empty for what is not known. */
export function dataOf(state: WatchState, stats: WatchStats | undefined): Readonly<Record<string, string>> {
  return {
    state: state.phase,
    signaling: state.signaling ? 'up' : 'down',
    session: state.sessionId ?? '',
    edge: state.edgeUrl,
    problem: state.problem?.code ?? '',
    framesDecoded: text(stats?.framesDecoded),
    framesPerSecond: text(stats?.framesPerSecond),
    bitsPerSecond: text(stats?.bitsPerSecond),
    localCandidateType: text(stats?.localCandidateType),
    remoteCandidateType: text(stats?.remoteCandidateType),
    roundTripMs: text(stats?.roundTripMs),
  };
}

function text(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
