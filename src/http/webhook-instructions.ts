/** How webhooks come to be, in words for a person: Calendly has no page for them, its API makes them. */

const API_URL = 'https://api.calendly.com';

export interface WebhookWords {
  message: string;
  instructions: string[];
}

/** What is true with this address for deliveries (null: Calendly reaches none), subscribed or not. */
export function webhookWords(url: string | null, isConfigured: boolean): WebhookWords {
  if (url === null) {
    return {
      message: isConfigured
        ? 'Webhooks are accepted with the signing key of the settings; without PUBLIC_URL the app makes no subscription itself.'
        : 'Webhooks are off because Calendly cannot reach this server: PUBLIC_URL is not set. Calendly is polled on the schedule.',
      instructions: [
        'Set PUBLIC_URL to the https address under which Calendly reaches this server, and restart: the app then subscribes by itself and looks after the subscription. Nothing has to be done at Calendly.',
        ...byHand('https://YOUR-ADDRESS/api/calendly/webhook'),
      ],
    };
  }
  if (isConfigured) {
    return {
      message: 'Webhooks are set up: Calendly tells this server of changes as they happen.',
      instructions: [
        'Nothing has to be done: the app made its subscription itself and repairs it when Calendly disables it. Polling goes on beside it.',
      ],
    };
  }
  return {
    message: 'There is no subscription yet: Calendly is polled on the schedule.',
    instructions: [
      'The app subscribes by itself with the next sync of a connection; `POST /api/calendly/sync` starts one now. `GET /api/calendly/status` says in words what stands in the way (plan, role, scopes).',
      ...byHand(url),
    ],
  };
}

/** https://developer.calendly.com/api-docs/webhook-subscriptions */
function byHand(url: string): string[] {
  const body = JSON.stringify({
    url,
    events: ['invitee.created', 'invitee.canceled'],
    organization: `${API_URL}/organizations/YOUR-ORGANIZATION`,
    user: `${API_URL}/users/YOUR-USER`,
    scope: 'user',
    signing_key: 'A-LONG-RANDOM-TEXT',
  });
  return [
    `Or make one by hand, with an API call (Calendly has no page for webhooks). Your two URIs are in the answer of: curl -H "Authorization: Bearer $TOKEN" ${API_URL}/users/me`,
    `curl -X POST ${API_URL}/webhook_subscriptions -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${body}'`,
    'Then set CALENDLY_WEBHOOK_SIGNING_KEY to the same signing key and restart.',
  ];
}
