/** What a browser sees at the simulator's port. */
import type { Running } from './running.ts';

/** A small page that says what this is; holds no token and nobody's data. */
export function homePage({ world }: Running): string {
  const story = world.story.replaceAll(/[^a-z0-9:-]/g, '');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A simulated Calendly</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>A simulated Calendly</h1>
<p>This is not Calendly. It answers like Calendly’s API, with an invented world:
the story “${story}” with ${world.events.size} meetings and ${world.invitees.size} invitees.
Nothing here leaves this machine.</p>
<p>The API is at this address (for example <code>/scheduled_events</code>, with a token);
<code>/_control</code> makes things happen: bookings, cancellations, faults.</p>
</html>
`;
}
