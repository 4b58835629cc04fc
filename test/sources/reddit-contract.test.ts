import { sourceContract } from '../contract/source.ts';
import { REFRESH_TOKEN } from '../fixtures/reddit/fake-reddit.ts';
import { redditWorld } from '../fixtures/reddit/world.ts';

sourceContract('Reddit', ({ timeoutMs }) => redditWorld({ timeoutMs }));

// The same promises for an app of type web, with a permanent token.
sourceContract('Reddit with a refresh token', ({ timeoutMs }) =>
  redditWorld({ timeoutMs, config: { refreshToken: REFRESH_TOKEN } }),
);
