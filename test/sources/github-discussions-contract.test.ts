import { sourceContract } from '../contract/source.ts';
import { githubWorld } from '../fixtures/github/world.ts';

sourceContract('GitHub discussions', ({ timeoutMs }) => githubWorld({ timeoutMs, kind: 'discussions' }));
