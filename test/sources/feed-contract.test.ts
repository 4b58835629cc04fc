import { sourceContract } from '../contract/source.ts';
import { ATOM, feedWorld, JSON_FEED, WORDPRESS } from './feed-worlds.ts';

sourceContract('feed (WordPress comments, RSS)', feedWorld(WORDPRESS));
sourceContract('feed (threaded comments, Atom)', feedWorld(ATOM));
sourceContract('feed (JSON Feed)', feedWorld(JSON_FEED));
