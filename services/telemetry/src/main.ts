// Starts the telemetry service.
import { main } from '@mooring/runtime';
import { app } from './app.js';
import { config } from './config.js';

await main('telemetry', config, app, { migrations: new URL('../prisma/migrations', import.meta.url) });
