/** `doctor` about webhooks: whether Calendly can reach this server, and how each subscription stands. */
import { createTransport } from '../calendly/transport.ts';
import { AppError } from '../domain/errors.ts';
import { listWebhookStates, type WebhookState } from '../store/webhook-status.ts';
import type { CommandDeps } from './deps.ts';
import { attempt, type Finding, good } from './finding.ts';

const REACH_MS = 5000;

/** No fault where polling was chosen: without `PUBLIC_URL` nothing is asked. */
export async function webhookFindings(deps: CommandDeps): Promise<Finding[]> {
  const url = deps.publicUrl();
  if (url === null) return [good('webhooks', 'PUBLIC_URL is not set: changes come by polling')];
  const reach = await attempt('webhook address', () => reachable(deps, url));
  const states = await listWebhookStates(deps.db);
  return [reach, ...states.map(subscriptionFinding)];
}

/** Asks our own address the way Calendly would have to. */
async function reachable(deps: CommandDeps, url: string): Promise<string> {
  const transport = createTransport({
    clock: deps.clock,
    limits: { connectMs: REACH_MS, requestMs: REACH_MS },
  });
  try {
    const answer = await transport
      .send({ method: 'GET', url: `${url}/health`, headers: {} })
      .catch(() => null);
    if (answer?.status === 200) return `${url} answers`;
    throw new AppError({
      kind: 'upstream',
      code: 'webhooks.not_reachable',
      message:
        answer === null
          ? `nothing answers at ${url}/health`
          : `${url}/health answers ${answer.status} and not 200`,
      action: 'Start the server, and check PUBLIC_URL and the proxy before it.',
    });
  } finally {
    await transport.close();
  }
}

function subscriptionFinding(state: WebhookState): Finding {
  const check = 'subscription';
  const about = `connection ${state.connection_id}`;
  if (state.refusal !== null)
    return good(check, `${about}: ${state.refusal}; changes come by polling`);
  if (!state.is_live) {
    return good(check, `${about}: none yet; the next run makes it`);
  }
  if (state.calendly_state === 'disabled') {
    return {
      check,
      ok: false,
      detail: `${about}: Calendly has disabled it`,
      action: 'The next run replaces it and reads what was missed.',
    };
  }
  const last = state.last_delivery_at ?? 'none yet';
  return good(check, `${about}: live, last delivery ${last}`);
}
