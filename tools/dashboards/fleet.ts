// How the fleet is: who is connected, what is promised and kept, what people and devices get done.

import type { Dashboard } from './panel.js';
import { quantiles, rate } from './promql.js';

export const fleet: Dashboard = {
  uid: 'fleet',
  title: 'Fleet',
  says: 'Begin here: is everything that was promised kept, and if not, which part?',
  rows: [
    {
      title: 'Promises',
      panels: [
        {
          title: 'Share of bad events over an hour',
          says: 'Each objective of docs/slo.md. Above 0.001 or 0.01 its budget is being spent too fast.',
          unit: 'percentunit',
          queries: { '{{slo}}': 'mooring:slo_bad:ratio_1h' },
        },
        {
          title: 'Share of bad events over three days',
          says: 'What remains of the budget is what this leaves.',
          unit: 'percentunit',
          queries: { '{{slo}}': 'mooring:slo_bad:ratio_3d' },
        },
        {
          title: 'Alerts',
          says: 'How many fire, by severity. Each has a page in docs/runbooks.',
          unit: 'short',
          queries: { '{{severity}}': 'sum by (severity) (ALERTS{alertstate="firing"})' },
        },
      ],
    },
    {
      title: 'Devices',
      panels: [
        {
          title: 'Sockets',
          says: 'Connected devices and viewers, by dialect. Steps are rollouts or outages.',
          unit: 'short',
          queries: { '{{dialect}}': 'sum by (dialect) (mooring_edge_sockets)' },
        },
        {
          title: 'Admissions',
          says: 'Devices that asked to be let in, by what they were told.',
          unit: 'cps',
          queries: { '{{dialect}} {{outcome}}': rate('mooring_edge_admissions_total', 'dialect, outcome') },
        },
        {
          title: 'Time to decide a batch of admissions',
          says: 'The statement of the registry. Devices wait for it and a few milliseconds more.',
          unit: 's',
          queries: quantiles('mooring_registry_admission_seconds'),
        },
        {
          title: 'Proofs of devices',
          says: 'Who they are, by what they presented and what came of it.',
          unit: 'cps',
          queries: {
            '{{evidence}} {{outcome}}': rate('mooring_registry_device_proofs_total', 'evidence, outcome'),
          },
        },
        {
          title: 'Sessions ended',
          says: 'By who found out: an edge that is lost ends many at once.',
          unit: 'cps',
          queries: { '{{cause}}': rate('mooring_registry_sessions_ended_total', 'cause') },
        },
        {
          title: 'Alarms',
          says: 'Raised, acknowledged and cleared.',
          unit: 'cps',
          queries: { '{{state}}': rate('mooring_alarms_total', 'state') },
        },
      ],
    },
    {
      title: 'Commands',
      panels: [
        {
          title: 'Steps of commands',
          says: 'By the state that they came to.',
          unit: 'cps',
          queries: { '{{type}} {{state}}': rate('mooring_registry_commands_total', 'type, state') },
        },
        {
          title: 'From could-be-sent to written',
          says: 'Promised: 99 % within 5 s.',
          unit: 's',
          queries: quantiles('mooring_registry_command_dispatch_seconds'),
        },
        {
          title: 'Deliveries and what waits',
          says: 'Unknown means that an edge did not answer in time; an age above seconds, that nothing goes out.',
          unit: 'short',
          queries: {
            'a second: {{outcome}}': rate('mooring_registry_command_deliveries_total', 'outcome'),
            'age of the oldest, s': 'max(mooring_registry_command_queue_age_seconds)',
          },
        },
      ],
    },
  ],
};
