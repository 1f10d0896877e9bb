// Which channel each topic of a device names.
import type { ChannelTable } from './channel.js';
import { consoleChannel } from './console-channel.js';
import { deviceChannel } from './device-channel.js';
import { beginSession, type DeviceSession } from './device-session.js';
import { extensionsChannel } from './extensions-channel.js';
import { parseTopic } from './topics.js';

export const deviceChannels: ChannelTable<DeviceSession> = {
  begin: beginSession,
  find(topic) {
    switch (parseTopic(topic)?.channel) {
      case 'device':
        return deviceChannel;
      case 'console':
        return consoleChannel;
      case 'extensions':
        return extensionsChannel;
      case undefined:
        return undefined;
    }
  },
};
