// How much power household appliances draw over a day; plausible curves for people to look at, not measurements.

/** Watts at a moment, epoch milliseconds. */
export type Appliance = (nowMs: number) => number;

/** Number in [0, 1) that depends on `slot` and `seed` only, so that a curve is the same however often it is asked. */
function noise(slot: number, seed: number): number {
  const x = Math.sin(slot * 12.9898 + seed * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

const MINUTE = 60_000;
/** Hour of the day in UTC. */
const hourOf = (nowMs: number): number => (nowMs / 3_600_000) % 24;

/** A compressor that runs for a third of each half hour, longer in the afternoon, and a light load between. */
export const fridge: Appliance = (nowMs) => {
  const phase = (nowMs / (30 * MINUTE)) % 1;
  const warm = hourOf(nowMs) > 11 && hourOf(nowMs) < 19 ? 0.45 : 0.33;
  const ripple = noise(Math.floor(nowMs / MINUTE), 1) * 8;
  return phase < warm ? 95 + ripple : 2 + ripple / 8;
};

/** Boils for three minutes, now and then, and most often around breakfast. */
export const kettle: Appliance = (nowMs) => {
  const slot = Math.floor(nowMs / (12 * MINUTE));
  const isMorning = hourOf(nowMs) > 5 && hourOf(nowMs) < 9;
  const boils = noise(slot, 2) < (isMorning ? 0.6 : 0.25);
  const isHeating = (nowMs / MINUTE) % 12 < 3;
  return boils && isHeating ? 1_950 + noise(slot, 3) * 150 : 0;
};

/** A television: standby, and an evening of pictures. */
export const television: Appliance = (nowMs) =>
  hourOf(nowMs) > 17 && hourOf(nowMs) < 23 ? 78 + noise(Math.floor(nowMs / MINUTE), 4) * 30 : 1;

/** A washing machine that heats first, then turns, in a cycle of two hours with pauses. */
export const washer: Appliance = (nowMs) => {
  const minute = (nowMs / MINUTE) % 120;
  if (minute > 75) return 1;
  if (minute < 18) return 1_850 + noise(Math.floor(minute), 5) * 120;
  return minute > 66 ? 420 : 90 + noise(Math.floor(nowMs / MINUTE), 6) * 110;
};
