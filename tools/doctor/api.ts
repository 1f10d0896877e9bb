// The HTTP API as the doctor calls it: every failure is a sentence about what does not work.
import { Complaint } from './findings.js';
import { reason } from './reasons.js';

export interface Api {
  /** The body of a 2xx answer, undefined for none. Throws a Complaint otherwise. */
  call<T>(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T>;
}

const CALL_LIMIT_MS = 15_000;
const MEANINGS: Readonly<Record<number, string>> = {
  401: 'the token is not valid (any more)',
  403: 'the token may not do this: it takes an operator’s, with the scopes for devices and commands',
  404: 'there is nothing; is this the address of the API?',
  409: 'it is there already',
  429: 'too many requests; wait a minute',
  502: 'a proxy stands before the API and does not reach it',
  503: 'a part that the API needs does not answer',
  504: 'a part that the API needs takes too long',
};

export function apiClient(url: string, token: string | undefined): Api {
  return {
    async call(method, path, body, headers = {}) {
      const response = await asked(`${url}${path}`, {
        method,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await bodyOf(response);
      if (!response.ok)
        throw new Complaint(`${method} ${path} is answered ${refusal(response.status, text)}`);
      return parsed(text, `${url}${path}`);
    },
  };
}

/** A response of whatever status. Throws a Complaint when there is none. */
export async function asked(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_LIMIT_MS) });
  } catch (error) {
    throw new Complaint(`${new URL(url).origin} does not answer (${reason(error)})`);
  }
}

/** What a response holds. Throws a Complaint when it does not come. */
export async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new Complaint(`${response.url} does not answer to the end (${reason(error)})`);
  }
}

function parsed<T>(text: string, url: string): T {
  try {
    // Only what answers 204 has none, and its callers want none.
    return text === '' ? (undefined as T) : JSON.parse(text);
  } catch {
    throw new Complaint(`${url} is answered by something that is not the API: is this its address?`);
  }
}

function refusal(status: number, text: string): string {
  const meaning = MEANINGS[status];
  const detail = /"(?:detail|message)":"([^"]+)"/.exec(text)?.[1];
  return [`${status}`, meaning, detail].filter(Boolean).join(': ');
}
