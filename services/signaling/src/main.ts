// Starts the signaling service.
import { main } from '@mooring/runtime';
import { app } from './app.js';
import { config } from './config.js';

await main('signaling', config, app, { migrations: new URL('../prisma/migrations', import.meta.url) });
