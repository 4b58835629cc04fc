import { z } from 'zod';
import type { Post } from '../../domain/post.ts';

/** An id of Discord: a number of up to 64 bits as a text (https://docs.discord.com/developers/reference#snowflakes). */
export const snowflake = z.string().regex(/^\d{1,20}$/, 'must be an id of digits');

/** 2015-01-01T00:00:00Z: where Discord's ids begin. */
const EPOCH_MS = 1_420_070_400_000;

/** The smallest id that something written at this time can have. */
export function snowflakeAt(ms: number): string {
  return (BigInt(Math.max(0, Math.floor(ms) - EPOCH_MS)) << 22n).toString();
}

/** When what has this id was made, epoch milliseconds. */
export function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + EPOCH_MS;
}

/** Whether `a` is the id of something newer than `b`: ids rise with time and have no leading zeros. */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/** The newer of two ids. */
export function newest(a: string, b: string): string {
  return isNewer(a, b) ? a : b;
}

/** For sorting: oldest first. */
export function byAge(a: string, b: string): number {
  return a === b ? 0 : isNewer(a, b) ? 1 : -1;
}

/** The id, moved `ms` towards the past. */
export function before(id: string, ms: number): string {
  return snowflakeAt(timeOf(id) - ms);
}

/** Where a message is. */
export interface MessagePlace {
  readonly guildId: string;
  /** The channel, or the thread, it was written in. */
  readonly channelId: string;
  readonly messageId: string;
}

/** What Discord's own “Copy Message Link” gives. */
export function messageUrl({ guildId, channelId, messageId }: MessagePlace): string {
  return `https://discord.com/channels/${guildId}/${channelId}/${messageId}`;
}

/** Where a post is: its link is stored with it, its channel is not. Null for a post that did not come from here. */
export function placeOf(post: Pick<Post, 'url'>): MessagePlace | null {
  const match = /^https:\/\/discord\.com\/channels\/(\d{1,20})\/(\d{1,20})\/(\d{1,20})$/.exec(post.url ?? '');
  const [, guildId, channelId, messageId] = match ?? [];
  return guildId && channelId && messageId ? { guildId, channelId, messageId } : null;
}
