import { sourceContract } from '../contract/source.ts';
import { blueskyWorld } from './bluesky-world.ts';

sourceContract('bluesky', blueskyWorld);
