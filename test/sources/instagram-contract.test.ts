import { sourceContract } from '../contract/source.ts';
import { instagramWorld } from '../fixtures/instagram/world.ts';

sourceContract('Instagram', ({ timeoutMs }) => instagramWorld({ timeoutMs }));
