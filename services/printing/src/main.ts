// Starts the printing service.
import { main } from '@mooring/runtime';
import { app } from './app.js';
import { config } from './config.js';

await main('printing', config, app);
