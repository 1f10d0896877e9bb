import { WebSocket } from 'ws';
import { Stack, parseFlags } from '@mooring/stack';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
const flags = parseFlags(['--ephemeral','--no-demo','--edge-port','18500','--api-port','18580'])!;
const stack = await Stack.start({ flags, env: process.env, say: () => undefined });
const pid = stack.file.pids['edge-1']!;
const pss = () => Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]);
process.kill(pid, 'SIGUSR1');
await new Promise(r => setTimeout(r, 1000));
const list: any = await (await fetch('http://127.0.0.1:9229/json')).json();
const dbg = new WebSocket(list[0].webSocketDebuggerUrl);
await new Promise(r => dbg.on('open', r));
let n = 0; const call = (method: string, params = {}) => new Promise<any>(res => { const id = ++n; const h = (d: any) => { const m = JSON.parse(d); if (m.id === id) { dbg.off('message', h); res(m.result); } }; dbg.on('message', h); dbg.send(JSON.stringify({ id, method, params })); });
const heap = async (label: string) => { const p0 = pss(); await call('HeapProfiler.enable'); await call('HeapProfiler.collectGarbage'); const u = await call('Runtime.getHeapUsage'); await new Promise(r => setTimeout(r, 500)); console.log(label, 'pss before gc', p0, 'after', pss(), 'KiB; heap used', Math.round(u.usedSize/1024), 'total', Math.round(u.totalSize/1024), JSON.stringify(u)); return u.usedSize; };
const before = await heap('empty');
const N = 10000; const socks: any[] = [];
for (let i = 0; i < N; i++) {
  const s = connect(18500, '127.0.0.1'); s.on('error', () => {}); s.on('data', () => {}); 
  s.write(`GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: pCqArSp9LxSw7BHQSj9i/g==\r\n\r\n`);
  const p = Buffer.from(`{"cmd":"hello","deviceId":"${30000000000000 + i}"}`); const b = Buffer.concat([Buffer.from([0x81, 0x80 | p.length, 0, 0, 0, 0]), p]);
  s.once('data', () => s.write(b)); socks.push(s);
  if (i % 100 === 99) await new Promise(r => setTimeout(r, 40));
}
const count = async () => { const r = await fetch(`http://127.0.0.1:18580/v1/devices?limit=1&online=true`, { headers: { authorization: 'Bearer ' + stack.file.owner.token } }); return r.status; };
await new Promise(r => setTimeout(r, 8000)); await count();
const after = await heap('full');
console.log('retained per device', (after - before) / N);
if (process.argv[2]) { const fs = await import('node:fs'); const out = fs.createWriteStream('/tmp/edge.heapsnapshot'); dbg.on('message', (d: any) => { const m = JSON.parse(d); if (m.method === 'HeapProfiler.addHeapSnapshotChunk') out.write(m.params.chunk); }); await call('HeapProfiler.takeHeapSnapshot', { reportProgress: false }); out.end(); await new Promise(r => out.on('finish', r)); }
for (const s of socks) s.destroy(); dbg.terminate(); await stack.stop();
