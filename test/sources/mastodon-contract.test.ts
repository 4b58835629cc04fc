import { sourceContract } from '../contract/source.ts';
import { mastodonWorld } from '../fixtures/mastodon/world.ts';

sourceContract('Mastodon', ({ timeoutMs }) => mastodonWorld({ timeoutMs }));

// The same promises on a server without Link headers, without types[] and without idempotency, as snac and others are.
sourceContract('a lesser server', ({ timeoutMs }) =>
  mastodonWorld({
    timeoutMs,
    quirks: {
      link: false,
      types: false,
      idempotency: false,
      minId: 'ignored',
      cap: 20,
      tellsScopes: false,
    },
  }),
);
