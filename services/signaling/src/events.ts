// What the signaling service reports.
import { counter } from '@mooring/runtime';

const issued = counter({
  name: 'mooring_ice_servers_issued_total',
  help: 'Answers with ICE servers, by whether they carried TURN credentials',
  labels: ['turn'],
});

/** Somebody was told the ICE servers. Neither the person nor the credentials are recorded. */
export function iceServersIssued(turn: boolean): void {
  issued.inc({ turn: turn ? 'yes' : 'no' });
}
