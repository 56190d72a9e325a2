/** The script of the plain pages: sends their forms as JSON and shows what the server says. */

export const SCRIPT = `
const send = async (method, path, body, csrf) => {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf ? { 'x-csrf-token': csrf } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const fields = (answer.errors ?? []).map(({ field, message }) => field + ' ' + message);
  const detail = answer.detail ?? 'The server did not answer as expected.';
  throw new Error([detail, answer.action ?? fields.join(', ')].filter(Boolean).join(' '));
};

const key = new URLSearchParams(location.hash.slice(1)).get('key') ?? undefined;
// the key is good once: it stays in no history
if (key !== undefined) history.replaceState(null, '', location.pathname);

const PAGES = {
  login: (form) => ['/api/auth/login', { email: form.email, password: form.password }, '/'],
  setup: (form) => ['/api/auth/register', { ...form, key }, '/'],
  register: (form) => ['/api/auth/register', { ...form, key }, '/'],
  password: (form) => ['/api/auth/password', { key, password: form.password }, '/login'],
};

const csrfToken = async () => (await send('GET', '/api/auth/me')).csrf_token;

const ACTIONS = {
  connect: async (form) => {
    await send('POST', '/api/connections', { token: form.token.trim(), scope: form.scope }, await csrfToken());
    location.reload();
  },
  sync: async () => {
    await send('POST', '/api/calendly/sync', undefined, await csrfToken());
    location.reload();
  },
  'sign-out': async () => {
    await send('POST', '/api/auth/logout', undefined, await csrfToken());
    location.assign('/login');
  },
};

const show = (form, text) => {
  const place = form.querySelector('[role=alert]');
  place.textContent = text;
  place.hidden = text === '';
};

for (const form of document.querySelectorAll('form[data-page], form[data-action]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(form)].filter(([, value]) => value !== ''),
    );
    const button = form.querySelector('button');
    button.disabled = true;
    show(form, '');
    try {
      if (form.dataset.action) return await ACTIONS[form.dataset.action](fields);
      const [path, body, next] = PAGES[form.dataset.page](fields);
      await send('POST', path, body);
      location.assign(next);
    } catch (error) {
      show(form, error.message);
    } finally {
      button.disabled = false;
    }
  });
}
`;
