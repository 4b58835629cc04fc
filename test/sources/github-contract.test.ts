import { sourceContract } from '../contract/source.ts';
import { githubWorld } from '../fixtures/github/world.ts';

// A webhook of GitHub carries one event with one post, so the contract's request with many posts cannot be made:
// receiving has its own tests in github-hook.test.ts.
sourceContract('GitHub issues', ({ timeoutMs }) => githubWorld({ timeoutMs }));
