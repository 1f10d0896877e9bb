// Every dashboard that is shipped.
import { edge } from './edge.js';
import { fleet } from './fleet.js';
import type { Dashboard } from './panel.js';
import { pipeline } from './pipeline.js';
import { rollout } from './rollout.js';
import { service } from './service.js';
import { signaling } from './signaling.js';

export const dashboards: readonly Dashboard[] = [fleet, edge, pipeline, signaling, rollout, service];
