/** The status page at `/`: counts, last and next run, what comes next. All text escaped. */
import type { Timestamp } from '../domain/timestamp.ts';
import type { ConnectionView } from '../store/connection-list.ts';
import type { MeetingView } from '../store/meeting-view.ts';
import type { RunView } from '../store/run-list.ts';
import type { Stats } from '../store/stats.ts';
import type { SchedulerStatus } from './deps.ts';
import { html, type Html } from './html.ts';

export interface HomeData {
  scheduler: SchedulerStatus;
  stats: Stats;
  connections: readonly ConnectionView[];
  lastRun: RunView | null;
  upcoming: readonly MeetingView[];
}

export interface Home {
  demo: boolean;
  phase: 'starting' | 'ready' | 'stopping';
  /** Null where nobody is signed in: the page then shows nobody's data. */
  data: HomeData | null;
  /** Whether there is “Connect with Calendly”. */
  connects: boolean;
}

/** The whole page. Times are shown in UTC. */
export function renderHome(home: Home): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>calendly-sync</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
        <script src="/pages.js" defer></script>
      </head>
      <body>
        ${home.demo ? BANNER : NOTHING}
        <main>
          <h1>calendly-sync</h1>
          ${home.data === null ? signedOut(home.phase) : signedIn(home.data, home)}
          <footer>
            <a href="/api/openapi.json">API description</a> · <a href="/health">health</a> ·
            <a href="/ready">ready</a> · <a href="/metrics">metrics</a>
          </footer>
        </main>
      </body>
    </html>`;
  return page.html;
}

const NOTHING = html``;

const BANNER = html`<p class="banner">
  <strong>Demo.</strong> Everybody on this page is made up: the meetings come from a simulated
  Calendly on this machine.
</p>`;

function signedOut(phase: Home['phase']): Html {
  return html`<p class="lead">
      ${
        phase === 'ready'
          ? 'The server is running.'
          : 'The server is starting: the database is being prepared.'
      }
    </p>
    <p><a class="button" href="/login">Sign in</a></p>
    <p>
      For scripts: make a token with <code>npm run -s cli -- user token</code> and send it as
      <code>Authorization: Bearer …</code>, for example to <code>/api/meetings</code>.
    </p>`;
}

function signedIn(
  { scheduler, stats, connections, lastRun, upcoming }: HomeData,
  { demo, connects }: Pick<Home, 'demo' | 'connects'>,
): Html {
  return html`<p class="lead">${headline(connections)}</p>
    ${connections.length === 0 ? connectForm(connects) : SYNC} ${demo ? NOTHING : SIGN_OUT}
    <dl class="figures">
      ${figure('Meetings', String(stats.meetings))} ${figure('Clients', String(stats.clients))}
      ${figure('Last run', lastRun === null ? 'none yet' : runText(lastRun))}
      ${figure('Next run', scheduler.isRunning ? shown(scheduler.nextRunAt) : 'scheduler is off')}
    </dl>
    <h2>Coming up</h2>
    ${upcoming.length === 0 ? html`<p>No meetings ahead.</p>` : meetingTable(upcoming)}`;
}

const ERROR = html`<p class="error" role="alert" hidden></p>`;

const SYNC = html`<form class="inline" data-action="sync">
  <button type="submit">Sync Calendly</button>
  ${ERROR}
</form>`;

const SIGN_OUT = html`<form class="inline" data-action="sign-out">
  <button type="submit" class="quiet">Sign out</button>
  ${ERROR}
</form>`;

function connectForm(connects: boolean): Html {
  const oauth = html`<p>
    <a class="button" href="/api/calendly/oauth/start">Connect with Calendly</a>
  </p>`;
  return html`${connects ? oauth : NOTHING}
    <form class="card" data-action="connect">
      <p>
        Paste a personal access token (in Calendly: Integrations → API &amp; Webhooks) with the
        scopes
        <code>users:read</code>, <code>organizations:read</code>,
        <code>scheduled_events:read</code> and <code>event_types:read</code>.
      </p>
      <label
        >Token <input name="token" type="password" autocomplete="off" required maxlength="4096"
      /></label>
      <label
        >Meetings of
        <select name="scope">
          <option value="user">this Calendly user</option>
          <option value="organization">the whole organization (owners and admins)</option>
        </select></label
      >
      ${ERROR}
      <button type="submit">Connect and sync</button>
    </form>`;
}

function headline(connections: readonly ConnectionView[]): string {
  const [first] = connections;
  if (first === undefined) return 'No Calendly account is linked yet.';
  const failing = connections.find((connection) => connection.freshness === 'failing');
  if (failing !== undefined) return `The last sync failed. ${failing.error?.message ?? ''}`;
  if (first.last_complete_at === null) return 'The first sync is still to come.';
  return `In step with Calendly since ${shown(first.last_complete_at)}.`;
}

function runText(run: RunView): string {
  const counts = `${run.created} new, ${run.updated} updated, ${run.canceled} canceled`;
  return `${run.state} ${shown(run.finished_at ?? run.queued_at)} (${counts})`;
}

function figure(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function meetingTable(meetings: readonly MeetingView[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Start (UTC)</th>
          <th scope="col">Meeting</th>
          <th scope="col">With</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        ${meetings.map(meetingRow)}
      </tbody>
    </table>
  </div>`;
}

function meetingRow(meeting: MeetingView): Html {
  const people = meeting.invitees.map((invitee) => invitee.name ?? invitee.email ?? 'somebody');
  return html`<tr class="${meeting.status}">
    <td><time datetime="${meeting.start_time}">${shown(meeting.start_time)}</time></td>
    <td>${meeting.title}</td>
    <td>${people.join(', ')}</td>
    <td>${meeting.status}</td>
  </tr>`;
}

/** To the minute; the zone is said once on the page. */
function shown(at: Timestamp | null): string {
  return at === null ? '–' : `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}
