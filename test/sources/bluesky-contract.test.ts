import { sourceContract } from '../contract/source.ts';
import { blueskyWorld } from './bluesky-world.ts';

sourceContract('bluesky', blueskyWorld);

// The same with the public stream.
sourceContract('bluesky, watching', (options) =>
  blueskyWorld({ ...options, config: { watch: ['crockhaven'] } }),
);
