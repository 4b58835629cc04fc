import { sourceContract } from '../contract/source.ts';
import { stackexchangeWorld } from '../fixtures/stackexchange/world.ts';

sourceContract('Stack Exchange', ({ timeoutMs }) => stackexchangeWorld({ timeoutMs }));
