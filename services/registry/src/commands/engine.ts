// The parts that get commands to devices and their answers back.
import type { Bus, Runnable } from '@mooring/runtime';
import type { KeyRequests } from '../claims/key-requests.js';
import { consumeAlarms } from '../consumers/alarm-raised.js';
import { consumeConnected } from '../consumers/connected.js';
import { consumeControl } from '../consumers/control.js';
import { consumeOrders } from '../consumers/update-order.js';
import type { Store } from '../store/index.js';
import { control } from './control.js';
import { dispatcher } from './dispatcher.js';
import { commandNews, expirySweep, straySweep } from './sweeps.js';

export function commandEngine(bus: Bus, store: Store) {
  const news = commandNews(bus, store.commandSweep);
  const sending = dispatcher({ bus, dispatch: store.commandDispatch, changed: news.changed });
  const { poke } = sending;
  return {
    /** Says that commands were queued or cancelled. */
    poke,

    /** In the order in which they start. */
    runnables: (keyRequests: KeyRequests): readonly Runnable[] => {
      const { commandDispatch: dispatch, commandArrivals: arrivals } = store;
      return [
        news.runnable,
        sending.runnable,
        expirySweep(store.commandSweep, news.changed),
        straySweep(store.commandSweep, poke),
        consumeConnected(bus, store.commandSweep, poke),
        consumeAlarms(bus, store.commandCutOff, poke),
        consumeOrders(bus, store.commandDispatch, poke),
        consumeControl(bus, control({ dispatch, arrivals, keyRequests, poke })),
      ];
    },
  };
}
