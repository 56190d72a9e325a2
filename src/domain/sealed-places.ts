/** Where sealed secrets lie: a box opens only in the row and column that it was sealed for. */

/** A connection's access token. */
export function tokenPlace(connectionId: string): string {
  return `calendly_connections.token:${connectionId}`;
}

/** The refresh token of a connection made by OAuth. */
export function refreshPlace(connectionId: string): string {
  return `calendly_connections.refresh:${connectionId}`;
}

/** The signing key of a webhook subscription. */
export function keyPlace(subscriptionId: string): string {
  return `webhook_subscriptions.key:${subscriptionId}`;
}

/** The PKCE verifier of an authorization that was begun. */
export function verifierPlace(stateHash: string): string {
  return `oauth_states.verifier:${stateHash}`;
}
