// Two thousand devices of all four dialects behind one address, and people who watch some of them through every restart.
import {
  bergBridge,
  type CameraDevice,
  type CameraViewer,
  cameraDevice,
  cameraViewer,
  kinetidPlug,
  nervesDevice,
  textPeer,
} from '@mooring/devices';
import { sleep } from '@mooring/runtime';
import type { Absences } from './_absences.js';

export interface CrowdDevice {
  readonly seen: { readonly ready: boolean; readonly connected: boolean };
  close(): Promise<void>;
}

const SECRET = {
  key: `nhp_${Buffer.from('a crowd key, known to everybody.').toString('base64url')}`,
  secret: Buffer.from('a crowd secret, known to anyone.').toString('base64url'),
};
const REPORT_MS = 5_000;
const RAMP_PER_S = 200;

/** Starts `cameras`, and plugs, bridges and Nerves devices up to `total`, 200 a second. */
export async function crowd(url: string, total: number, cameras: number, absences: Absences) {
  const common = { url, keep: 5, log: absences.log };
  const kept: CameraDevice[] = [];
  const devices: CrowdDevice[] = [];
  for (let index = 0; index < total; index++) {
    const digits = String(index).padStart(6, '0');
    if (index < cameras) {
      const device = cameraDevice({ ...common, identifier: `crowd-${index}`, peer: textPeer, resume: true });
      kept.push(device);
      devices.push(device);
    } else if (index % 20 === 0) {
      devices.push(nervesDevice({ ...common, identifier: `crowd-nerves-${index}`, auth: SECRET }));
    } else if (index % 20 === 1) {
      const [identifier, printer] = [`000d6fcc00${digits}`, `000d6fcd00${digits}`];
      devices.push(bergBridge({ ...common, identifier, printer, hasKey: true }));
    } else {
      devices.push(
        kinetidPlug({ ...common, identifier: `239800000${digits}`, watts: () => index, reportMs: REPORT_MS }),
      );
    }
    if (index % (RAMP_PER_S / 10) === 0) await sleep(100);
  }
  return { devices, cameras: kept };
}

interface Onlooking {
  readonly url: string;
  readonly token: string;
  readonly identifier: string;
}

/** A person who watches one camera, and comes back to the same session whenever the socket is lost. */
export class Onlooker {
  readonly #options: Onlooking;
  readonly #stop = new AbortController();
  #viewer: CameraViewer;
  #staying: Promise<void> = Promise.resolve();
  session = '';
  /** Times that the session went on after the socket was lost, and times that it did not. */
  resumed = 0;
  lost = 0;

  private constructor(options: Onlooking, viewer: CameraViewer) {
    this.#options = options;
    this.#viewer = viewer;
  }

  static async watch(url: string, token: string, camera: string): Promise<Onlooker> {
    const options = { url, token, identifier: `onlooker of ${camera}` };
    // Whoever names sessions, be it none, is one that comes back.
    const viewer = cameraViewer({ ...options, resume: [] });
    const onlooker = new Onlooker(options, viewer);
    const { payload } = await viewer.watch(camera);
    onlooker.session = String(payload['session_id']);
    viewer.offer(onlooker.session, 'v=0\r\n');
    await viewer.seen.message(({ type }) => type === 'signal_answer', 'an answer', 15_000);
    onlooker.#staying = onlooker.#stay();
    return onlooker;
  }

  /** Whether a socket is open and the platform knows who it is. */
  get present(): boolean {
    return this.#viewer.seen.connected && this.#viewer.seen.ready;
  }

  /** Says something to the camera of the session. */
  say(): void {
    this.#viewer.ice(this.session, { candidate: '' });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#viewer.close();
    await this.#staying;
  }

  async #stay(): Promise<void> {
    const { signal } = this.#stop;
    const RETRY_MS = 500;
    while (!signal.aborted) {
      await this.#viewer.link.done;
      await sleep(Math.random() * RETRY_MS, signal);
      if (signal.aborted) return;
      this.#viewer = cameraViewer({ ...this.#options, resume: [this.session] });
      const { seen } = this.#viewer;
      const told = await seen
        .message(({ type }) => type === 'hello_ack', 'an ack', 10_000)
        .catch(() => undefined);
      const resumed = told?.payload['resumed'];
      if (Array.isArray(resumed) && resumed.includes(this.session)) this.resumed += 1;
      else if (told !== undefined) this.lost += 1;
    }
  }
}
