/** The pages behind sign-in and one-time links: one form each, sent by a script of ours. */
import { html, type Html } from './html.ts';

export type AccountPage = 'login' | 'setup' | 'register' | 'password';

interface PageText {
  title: string;
  lead: string;
  button: string;
}

const TEXTS: Readonly<Record<AccountPage, PageText>> = {
  login: { title: 'Sign in', lead: 'To your workspace on this server.', button: 'Sign in' },
  setup: {
    title: 'Set up calendly-sync',
    lead: 'This makes the first admin of this server. The link is good once.',
    button: 'Begin',
  },
  register: {
    title: 'Register',
    lead: 'With the address that was invited.',
    button: 'Register',
  },
  password: {
    title: 'A new password',
    lead: 'All sessions end; sign in with the new one.',
    button: 'Set password',
  },
};

/** The whole page. Without JavaScript it says that it needs it: the key of a link is in no request. */
export function renderAccountPage(page: AccountPage): string {
  const { title, lead, button } = TEXTS[page];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · calendly-sync</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
        <script src="/pages.js" defer></script>
      </head>
      <body>
        <main class="narrow">
          <h1>${title}</h1>
          <p class="lead">${lead}</p>
          <noscript><p class="error">This page needs JavaScript.</p></noscript>
          <form data-page="${page}">
            ${page === 'setup' || page === 'register' ? NAME : NOTHING}
            ${page === 'password' ? NOTHING : EMAIL} ${page === 'login' ? PASSWORD : NEW_PASSWORD}
            <p class="error" role="alert" hidden></p>
            <button type="submit">${button}</button>
          </form>
        </main>
      </body>
    </html>`.html;
}

const NOTHING = html``;

const NAME = html`<label>Name <input name="name" autocomplete="name" maxlength="200" /></label>`;

const EMAIL = html`<label
  >E-mail <input name="email" type="email" autocomplete="username" required maxlength="254"
/></label>`;

const PASSWORD: Html = html`<label
  >Password <input name="password" type="password" autocomplete="current-password" required
/></label>`;

const NEW_PASSWORD: Html = html`<label
    >Password
    <input
      name="password"
      type="password"
      autocomplete="new-password"
      required
      minlength="8"
      aria-describedby="rule" /></label
  ><small id="rule">At least 8 characters.</small>`;
