// Starts the edge.
import { main } from '@mooring/runtime';
import { app } from './app.js';
import { config } from './config.js';

await main('edge', config, app);
