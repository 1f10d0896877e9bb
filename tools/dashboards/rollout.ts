// Rollouts of firmware to devices, and what a rollout of Mooring itself does to them.
import type { Dashboard } from './panel.js';
import { quantiles, rate } from './promql.js';

export const rollout: Dashboard = {
  uid: 'rollout',
  title: 'Rollout',
  says: 'Updates of devices, and how they take an update of the platform.',
  rows: [
    {
      title: 'Firmware of devices',
      panels: [
        {
          title: 'Updates ended',
          says: 'Three in ten that fail are a ticket.',
          unit: 'cps',
          queries: { '{{status}}': rate('mooring_firmware_updates_ended_total', 'status') },
        },
        {
          title: 'Offers',
          says: 'By what came of them.',
          unit: 'cps',
          queries: { '{{outcome}}': rate('mooring_firmware_offers_total', 'outcome') },
        },
        {
          title: 'Slots held, of those that running groups have',
          says: 'At 1 a group updates as many devices at once as it may.',
          unit: 'percentunit',
          queries: { slots: 'max(mooring_firmware_slots_used_ratio)' },
        },
        {
          title: 'Held back',
          says: 'Devices in the penalty box; how many came in, and groups that paused by themselves.',
          unit: 'short',
          queries: {
            blocked: 'max(mooring_firmware_devices_blocked)',
            'penalties a second': rate('mooring_firmware_penalties_total'),
            'pauses a second': rate('mooring_firmware_pauses_total'),
          },
        },
        {
          title: 'Steps that devices reported',
          says: 'By what they did.',
          unit: 'cps',
          queries: { '{{outcome}}': rate('mooring_firmware_steps_total', 'outcome') },
        },
        {
          title: 'Downloads',
          says: 'By how they ended; running and waiting ones as numbers.',
          unit: 'short',
          queries: {
            'a second: {{outcome}}': rate('mooring_firmware_downloads_total', 'outcome'),
            running: 'sum(mooring_firmware_downloads_running)',
            waiting: 'sum(mooring_firmware_downloads_waiting)',
          },
        },
        {
          title: 'Bytes downloaded a second',
          says: 'What the network of firmware-update carries.',
          unit: 'Bps',
          queries: { bytes: rate('mooring_firmware_downloaded_bytes_total') },
        },
        {
          title: 'Duration of complete downloads',
          says: 'Slow networks of devices, or a slow store.',
          unit: 's',
          queries: quantiles('mooring_firmware_download_seconds'),
        },
        {
          title: 'Uploads',
          says: 'Accepted, existing, or refused with the reason.',
          unit: 'cps',
          queries: { '{{outcome}}': rate('mooring_firmware_uploads_total', 'outcome') },
        },
      ],
    },
    {
      title: 'Mooring itself',
      panels: [
        {
          title: 'Age of processes',
          says: 'A rollout sets them to zero, one after another.',
          unit: 's',
          queries: { '{{job}} {{instance}}': 'time() - process_start_time_seconds' },
        },
        {
          title: 'Sockets of each edge',
          says: 'An edge that drains loses them at its own pace; the others gain them.',
          unit: 'short',
          queries: { '{{instance}}': 'sum by (instance) (mooring_edge_sockets)' },
        },
        {
          title: 'Drained and back',
          says: 'Sockets closed by draining, and sockets opened.',
          unit: 'cps',
          queries: {
            drained: rate('mooring_edge_disconnects_total{reason="drain"}'),
            opened: rate('mooring_edge_connections_total'),
          },
        },
      ],
    },
  ],
};
