// Talks to the API as a program outside would.

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface Ask {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks; `where` is method and path. A body that is text, bytes or a form is sent as it is, anything else as JSON. */
export async function ask(
  base: string,
  where: string,
  { token, body, headers = {} }: Ask = {},
): Promise<Answer> {
  const [method = 'GET', path = '/'] = where.split(' ');
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...typeOf(body),
      ...headers,
    },
    ...(body === undefined ? {} : { body: plain(body) ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const json = text !== '' && /[/+]json/.test(type);
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

function plain(body: unknown): body is string | Uint8Array<ArrayBuffer> | FormData {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
}

/** A form says itself what it is. */
function typeOf(body: unknown): { readonly 'content-type'?: string } {
  if (body === undefined || body instanceof FormData) return {};
  return { 'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json' };
}

export interface ServerSentEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  readonly data: any;
}

/** A live stream being read; `seen` grows. */
export interface Listening {
  readonly status: number;
  readonly headers: Headers;
  readonly seen: ServerSentEvent[];
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

export async function listen(base: string, path: string, token?: string): Promise<Listening> {
  const abort = new AbortController();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(base + path, { headers, signal: abort.signal });
  const seen: ServerSentEvent[] = [];
  const ended = read(response, seen).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return { status: response.status, headers: response.headers, seen, ended, leave: () => abort.abort() };
}

async function read(response: Response, seen: ServerSentEvent[]): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined) seen.push({ event, data: JSON.parse(data) });
    }
  }
}
