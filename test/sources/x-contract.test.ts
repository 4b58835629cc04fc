import { sourceContract } from '../contract/source.ts';
import { OAUTH2 } from '../fixtures/x/fake-x.ts';
import { xWorld } from '../fixtures/x/world.ts';

sourceContract('X with OAuth 1.0a', ({ timeoutMs }) => xWorld({ timeoutMs }));

// With refresh tokens that are good once, and a search that finds most posts a second time.
sourceContract('X with OAuth 2.0 and a search', ({ timeoutMs }) =>
  xWorld({ timeoutMs, config: { ...OAUTH2, search: 'crockhaven' } }),
);
