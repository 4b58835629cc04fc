import { sourceContract } from '../contract/source.ts';
import { ME } from '../fixtures/wordpress/fake-wordpress.ts';
import { wordpressWorld } from '../fixtures/wordpress/world.ts';

// The same promises on a site without pretty permalinks, behind a proxy without X-WP-Total, for a user who may not moderate.
sourceContract('a plainer WordPress', ({ timeoutMs }) =>
  wordpressWorld({ timeoutMs, quirks: { permalinks: 'not-found', total: false, moderates: false } }),
);

// And as a visitor, who only listens.
sourceContract('WordPress without a password', ({ timeoutMs }) =>
  wordpressWorld({ timeoutMs, config: { username: undefined, password: undefined, ours: [ME] } }),
);
