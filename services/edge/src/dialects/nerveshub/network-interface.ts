// The kind of network behind an interface name, as the reference tells them apart.
import type { NetworkKind } from '../event.js';

/** `wlan*` is wifi, `eth*` and `en*` ethernet, `wwan*` cellular, everything else unknown (nerveshub.md, 3.4). */
export function networkKind(name: string): NetworkKind {
  if (name.startsWith('wlan')) return 'wifi';
  if (name.startsWith('eth') || name.startsWith('en')) return 'ethernet';
  return name.startsWith('wwan') ? 'cellular' : 'unknown';
}
