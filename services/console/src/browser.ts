// The environment of a browser: its sockets, peer connections and timers. The one place where they are touched.

import type { StatsEntry } from './domain/stats.js';
import type { IceServer } from './domain/wire.js';
import type { Environment, Peer, PeerEvents, PeerOptions, Socket, SocketEvents } from './environment.js';

export const browser: Environment = {
  socket,
  peer,
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  online(action) {
    addEventListener('online', action);
    return () => removeEventListener('online', action);
  },
};

function socket(url: string, events: SocketEvents): Socket {
  let opened: WebSocket;
  try {
    opened = new WebSocket(url);
  } catch (error) {
    // A page that came over TLS may not open a socket without.
    queueMicrotask(() => events.closed(1006, String(error)));
    return { send: () => undefined, close: () => undefined };
  }
  opened.onopen = () => events.opened();
  opened.onmessage = ({ data }) => {
    if (typeof data === 'string') events.text(data);
  };
  opened.onclose = ({ code, reason }) => events.closed(code, reason);
  return {
    send: (text) => {
      if (opened.readyState === WebSocket.OPEN) opened.send(text);
    },
    close: () => opened.close(1000),
  };
}

function peer(options: PeerOptions, events: PeerEvents): Peer {
  const configuration: RTCConfiguration = {
    iceServers: mutable(options.iceServers),
    iceTransportPolicy: options.iceTransportPolicy,
    // One path for picture and sound.
    bundlePolicy: 'max-bundle',
  };
  const connection = new RTCPeerConnection(configuration);
  const stream = new MediaStream();
  connection.addTransceiver('video', { direction: 'recvonly' });
  if (options.audio) connection.addTransceiver('audio', { direction: 'recvonly' });
  connection.onicecandidate = ({ candidate }) => events.candidate(candidate?.toJSON() ?? null);
  connection.onconnectionstatechange = () => events.state(connection.connectionState);
  // A camera may send a track without saying to which stream it belongs.
  connection.ontrack = ({ track }) => {
    stream.addTrack(track);
    events.stream(stream);
  };
  return {
    get state() {
      return connection.connectionState;
    },
    async offer(restart) {
      const offer = await connection.createOffer({ iceRestart: restart });
      await connection.setLocalDescription(offer);
      return { type: 'offer', sdp: offer.sdp ?? '' };
    },
    answer: (answer) => connection.setRemoteDescription(answer),
    add: (candidate) => connection.addIceCandidate(candidate ?? undefined),
    use: (iceServers) => connection.setConfiguration({ ...configuration, iceServers: mutable(iceServers) }),
    async stats() {
      const entries: StatsEntry[] = [];
      const report = await connection.getStats();
      report.forEach((entry: StatsEntry) => {
        entries.push(entry);
      });
      return entries;
    },
    close: () => connection.close(),
  };
}

function mutable(iceServers: readonly IceServer[]): RTCIceServer[] {
  return iceServers.map((server) => ({ ...server }));
}
