// Translates between the ends of a session and the bus's words for them.
import type { bus } from '@mooring/proto';
import type { DeviceEnd, Session, Side, ViewerEnd } from '../domain/session.js';

/** An end as the other one is told of it. */
export function endMessage(session: Session, side: Side): bus.WatchEnd {
  const { node, connectionId, resumes } = session[side];
  if (side === 'viewer') {
    return { node, connectionId, resumes, boot: session.viewer.boot, deviceNumber: 0n, epoch: 0n };
  }
  // Which start of its edge holds a camera matters to nobody: the registry says when it is gone.
  const { deviceNumber, device } = session;
  return { node, connectionId, resumes, boot: '', deviceNumber, epoch: device.epoch };
}

/** A viewer's connection as an edge names it. */
export function viewerEnd({ node, boot, connectionId, resumes }: bus.WatchEnd): ViewerEnd {
  return { node, boot, connectionId, resumes };
}

/** A camera's connection as an edge names it. */
export function deviceEnd({ node, connectionId, resumes, epoch }: bus.WatchEnd): DeviceEnd {
  return { node, connectionId, resumes, epoch };
}
