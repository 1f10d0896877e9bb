// Decides which URLs of STUN and TURN servers are good, and what each one offers (RFC 7064 and 7065).

const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[^\s,:?/@[\]]+)`;
const PORT = String.raw`(?::(?<port>\d{1,5}))?`;
const STUN = new RegExp(`^stuns?:${HOST}${PORT}$`);
const TURN = new RegExp(`^(?<scheme>turns?):${HOST}${PORT}(?:\\?transport=(?<transport>udp|tcp))?$`);
const MAX_PORT = 65_535;

/** What is wrong with the URL of a STUN server; undefined when nothing is. */
export function stunProblem(url: string): string | undefined {
  const match = STUN.exec(url);
  return match !== null && isPort(match.groups?.['port']) ? undefined : `${url} is not a stun: or stuns: URL`;
}

/** The same for a TURN server. */
export function turnProblem(url: string): string | undefined {
  const { groups } = TURN.exec(url) ?? {};
  if (groups === undefined || !isPort(groups['port'])) return `${url} is not a turn: or turns: URL`;
  const { scheme, transport } = groups;
  return scheme === 'turns' && transport === 'udp'
    ? `${url} is none that browsers take: TLS goes over TCP`
    : undefined;
}

/**
 * The URLs under which clients are offered a TURN server. One that says no transport is offered over UDP and over TCP, since
 * a client tries no other than the one it is told, and many networks let no UDP out; TLS goes over TCP anyway.
 */
export function turnOffers(url: string): readonly string[] {
  if (url.startsWith('turns:') || url.includes('?')) return [url];
  return [`${url}?transport=udp`, `${url}?transport=tcp`];
}

function isPort(port: string | undefined): boolean {
  return port === undefined || (Number(port) >= 1 && Number(port) <= MAX_PORT);
}
