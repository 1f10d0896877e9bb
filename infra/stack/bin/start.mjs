#!/usr/bin/env node
// `npm start`: makes what is missing (dependencies, build), then runs the stack. Needs nothing but Node and npm.
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
if (!process.argv.includes('--help')) prepare(root);
await import('../dist/main.js');
