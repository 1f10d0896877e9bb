// The form that turns an e-mail address and a password into a token, by the API's own login.
import { button, element } from './elements.js';

const ANSWER_MS = 15_000;

/** The form; `signedIn` is told the token. */
export class SignIn {
  readonly #form = element('sign-in', HTMLFormElement);
  readonly #email = element('email', HTMLInputElement);
  readonly #password = element('password', HTMLInputElement);
  readonly #problem = element('sign-in-problem', HTMLParagraphElement);
  readonly #button = button('sign-in-button');
  readonly #signedIn: (token: string) => void;

  constructor(signedIn: (token: string) => void) {
    this.#signedIn = signedIn;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  show(problem: string): void {
    this.#problem.textContent = problem;
    this.#form.hidden = false;
    this.#email.focus();
  }

  hide(): void {
    this.#form.hidden = true;
    this.#problem.textContent = '';
    this.#password.value = '';
  }

  async #submit(): Promise<void> {
    this.#button.disabled = true;
    this.#problem.textContent = '';
    try {
      const found = await login(this.#email.value, this.#password.value);
      if ('token' in found) this.#signedIn(found.token);
      else this.#problem.textContent = found.problem;
    } catch {
      this.#problem.textContent = 'The server cannot be reached. Check your network and try again.';
    } finally {
      this.#button.disabled = false;
    }
  }
}

type Login = { readonly token: string } | { readonly problem: string };

async function login(email: string, password: string): Promise<Login> {
  const response = await fetch(new URL('../v1/auth/login', location.href), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
    credentials: 'omit',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const body = (await response.json()) as { readonly token?: unknown; readonly detail?: unknown };
  if (response.ok && typeof body.token === 'string') return { token: body.token };
  return { problem: typeof body.detail === 'string' ? body.detail : 'Signing in failed. Try again.' };
}
