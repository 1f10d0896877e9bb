// The stub channels that the conversation vectors were recorded with (`stub_channel` in the vectors' file).
import type { CloseReason } from '../dialect.js';
import { type Channel, type ChannelAction, type ChannelTable, type Joined, joined } from './channel.js';
import { closeFor } from './close-codes.js';
import { fieldsOf, isObject, member } from './json.js';
import type { Payload, Scalar } from './message.js';
import { isOwn, parseTopic } from './topics.js';

type Context = Parameters<ChannelTable<unknown>['begin']>[0];

const device: Channel<Context> = {
  join(context, topic, payload): Joined<Context> {
    const named = parseTopic(topic);
    const isForeign = named?.channel === 'device' && named.id !== undefined && !isOwn(named.id, context);
    if (isForeign || member(fieldsOf(payload), 'refuse') === true) {
      return { status: 'error', response: { error: 'could not connect' }, context, actions: [] };
    }
    if (member(fieldsOf(payload), 'crash') === true) {
      return { status: 'error', response: { reason: 'join crashed' }, context, actions: [] };
    }
    return joined(context, {}, [
      { do: 'broadcast', event: 'extensions:get', payload: {} },
      { do: 'push', event: 'scripts/run', payload: { text: '1', ref: 'connecting_code' } },
    ]);
  },
  receive: (context, event, payload) => ({ context, actions: answer(event, payload) }),
};

function answer(event: Scalar, payload: Payload): readonly ChannelAction[] {
  switch (event) {
    case 'echo':
      return [{ do: 'reply', status: 'ok', response: payload }];
    case 'boom':
      return [{ do: 'crash' }];
    case 'stop':
      return [{ do: 'stop' }];
    case 'kick':
      return [end('operator')];
    case 'drain':
      return [end('drain')];
    case 'bin_reply': {
      const data = payload instanceof Uint8Array ? payload : new Uint8Array();
      return [{ do: 'reply', status: 'ok', response: Buffer.concat([Buffer.from('got:'), data]) }];
    }
    case 'bin_push':
      return [{ do: 'push', event: 'bin', payload: Uint8Array.of(1, 2, 255) }];
    case 'bin_bcast':
      return [{ do: 'broadcast', event: 'binb', payload: Uint8Array.of(3, 4) }];
    default:
      return [];
  }
}

function end(reason: CloseReason): ChannelAction {
  return { do: 'close', close: closeFor(reason), reason };
}

const quiet: Channel<Context> = {
  join: (context) => joined(context, {}),
  receive: (context) => ({ context, actions: [] }),
};

const extensions: Channel<Context> = {
  join(context, _topic, payload) {
    const offer = isObject(payload) ? payload : {};
    const known = ['geo', 'health'].filter((name) => typeof member(offer, name) === 'string');
    return joined(context, known);
  },
  receive(context, event) {
    const isUnknown = String(event).startsWith('goof');
    return { context, actions: isUnknown ? [{ do: 'reply', status: 'error', response: 'detach' }] : [] };
  },
};

/** Also has any number of `room:<n>` topics, because a device's own topics are too few to reach the cap. */
export const stubChannels: ChannelTable<Context> = {
  begin: (admitted) => admitted,
  find(topic) {
    if (topic.startsWith('room:')) return quiet;
    switch (parseTopic(topic)?.channel) {
      case 'device':
        return device;
      case 'console':
        return quiet;
      case 'extensions':
        return extensions;
      case undefined:
        return undefined;
    }
  },
};
