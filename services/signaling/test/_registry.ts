// A registry that knows the cameras which a test has put there, over real gRPC.
import { registry } from '@mooring/proto';
import { Fault, grpcServer, type Runnable, unary, uuidv7 } from '@mooring/runtime';

/** A camera as the registry peer knows it; tests change it as they like. */
export interface TestCamera {
  readonly identifier: string;
  readonly deviceId: string;
  readonly number: bigint;
  readonly organizationId: string;
  node: string;
  connectionId: string;
  epoch: bigint;
  online: boolean;
}

export class RegistryPeer {
  /** Answered by the first question for a camera's place; later ones see what is true. */
  stale: registry.LocateResponse | undefined;
  readonly asked: registry.FindCameraRequest[] = [];
  located = 0;
  /** Each question about those who watch. */
  readonly checked: (readonly registry.Watching[])[] = [];
  /** Whether somebody's watching must end; what is thrown fails the question. */
  withdrawn: (watching: registry.Watching) => boolean = () => false;
  readonly #cameras = new Map<string, TestCamera>();
  #numbers = 0n;

  /** A camera that is online at `node`. */
  camera(node: string, organizationId: string, more: Partial<TestCamera> = {}): TestCamera {
    this.#numbers += 1n;
    const camera: TestCamera = {
      ...{ identifier: `cam-${this.#numbers}`, deviceId: uuidv7(), number: this.#numbers, organizationId },
      ...{ node, connectionId: uuidv7(), epoch: 1n, online: true },
      ...more,
    };
    this.#cameras.set(camera.identifier, camera);
    return camera;
  }

  runnable(port: number): Runnable {
    const implementation = {
      findCamera: unary(async (request: registry.FindCameraRequest) => {
        this.asked.push(request);
        const camera = this.#cameras.get(request.name);
        if (camera === undefined) throw new Fault('not_found', 'no such camera');
        if (request.userId === 'stranger') throw new Fault('forbidden', 'this camera is not yours');
        const { deviceId, organizationId } = camera;
        const place = this.stale ?? placeOf(camera);
        this.stale = undefined;
        return { deviceId, organizationId, place };
      }),
      locate: unary(async ({ deviceId }: registry.LocateRequest) => {
        this.located += 1;
        const camera = [...this.#cameras.values()].find((each) => each.deviceId === deviceId);
        if (camera === undefined) throw new Fault('not_found', 'no such device');
        return placeOf(camera);
      }),
      checkWatching: unary(async ({ watching }: registry.CheckWatchingRequest) => {
        this.checked.push(watching);
        return { withdrawn: watching.flatMap((each, at) => (this.withdrawn(each) ? [at] : [])) };
      }),
    };
    return grpcServer({ host: '127.0.0.1', port, services: [[registry.RegistryService, implementation]] });
  }
}

export function placeOf({ node, connectionId, epoch, online, number }: TestCamera): registry.LocateResponse {
  return { online, node, connectionId, epoch, deviceNumber: number };
}
