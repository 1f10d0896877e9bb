// The page /watch/{device}: signs in where that is needed, then shows the picture.
import { deviceIn, edgesIn, policyIn } from './address.js';
import { button, element } from './elements.js';
import { forgetToken, keepToken, keptToken, takeToken } from './kept-token.js';
import { Picture } from './picture.js';
import { SignIn } from './sign-in.js';

const device = deviceIn(location.pathname) ?? '';
document.title = device === '' ? 'Camera' : device;
element('name', HTMLHeadingElement).textContent = document.title;

const picture = new Picture({
  edgeUrls: edgesIn(document.querySelector<HTMLMetaElement>('meta[name=mooring-edge-urls]')?.content ?? '[]'),
  device,
  iceTransportPolicy: policyIn(location.search),
  refused: () => leave('Your sign-in has run out, or is not valid.'),
});
const signIn = new SignIn((token) => {
  keepToken(token);
  enter(token);
});

function enter(token: string | undefined): void {
  if (token === undefined) {
    leave('');
    return;
  }
  signIn.hide();
  picture.start(token);
}

function leave(problem: string): void {
  forgetToken();
  picture.stop();
  signIn.show(problem);
}

button('sign-out').addEventListener('click', () => leave(''));
addEventListener('hashchange', () => {
  const token = takeToken();
  if (token !== undefined) enter(token);
});
// A page that is put aside lets go of the camera, and takes it up again when it is looked at again.
addEventListener('pagehide', () => picture.stop());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) enter(keptToken());
});

enter(takeToken() ?? keptToken());
