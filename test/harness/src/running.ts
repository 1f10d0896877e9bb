// Runs an app of a service inside the test's own process, as main.ts would, without signals and exit codes.
import type { App } from '@mooring/runtime';

export interface RunningApp {
  stop(): Promise<void>;
}

/** Resolves when every runnable is ready; rejects when one fails before. */
export async function runApp(app: App): Promise<RunningApp> {
  const running: { controller: AbortController; done: Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const { controller, done } of running.splice(0).reverse()) {
      controller.abort();
      await done;
    }
  };
  for (const runnable of app.runnables) {
    const controller = new AbortController();
    let done: Promise<void> = Promise.resolve();
    const ready = new Promise<void>((resolve, reject) => {
      done = runnable.run({ signal: controller.signal, ready: resolve });
      done.catch(reject);
    });
    running.push({ controller, done });
    try {
      await ready;
    } catch (error) {
      running.pop();
      await stop();
      throw error;
    }
  }
  return { stop };
}
