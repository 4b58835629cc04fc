import { z } from 'zod';
import type { Post } from '../../domain/post.ts';

/** `1355517523.000005`: seconds and a counter, unique in its channel; Slack's id of a message and its time in one. */
export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/, 'must be a timestamp of Slack');
/** `C…`, `G…`, `U…`, `W…`, `S…`, `B…`. */
export const slackId = z.string().regex(/^[A-Z][A-Z0-9]{2,30}$/, 'must be an id of Slack');

/** Epoch milliseconds of a timestamp. */
export function timeOf(ts: string): number {
  const [seconds = '0', fraction = '0'] = ts.split('.');
  return Number(seconds) * 1_000 + Math.floor(Number(`0.${fraction}`) * 1_000);
}

/** The timestamp of a time. */
export function tsAt(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  return `${Math.floor(whole / 1_000)}.${String(whole % 1_000).padStart(3, '0')}000`;
}

/** For sorting: oldest first. They are longer than a number can hold exactly, so they are compared as texts. */
export function byTime(a: string, b: string): number {
  const [secondsA = '', fractionA = ''] = a.split('.');
  const [secondsB = '', fractionB = ''] = b.split('.');
  return Number(secondsA) - Number(secondsB) || (fractionA < fractionB ? -1 : fractionA > fractionB ? 1 : 0);
}

export function isNewer(a: string, b: string): boolean {
  return byTime(a, b) > 0;
}

export function newest(a: string, b: string): string {
  return isNewer(a, b) ? a : b;
}

/** Id of a post: a timestamp is unique only within its channel. */
export function postId(channelId: string, ts: string): string {
  return `${channelId}:${ts}`;
}

/** Where a message is. */
export interface MessagePlace {
  readonly channelId: string;
  readonly ts: string;
  /** The first message of its thread; the message itself where it begins one, or none. */
  readonly threadTs: string;
}

function parse(id: string): { readonly channelId: string; readonly ts: string } | null {
  const [, channelId, ts] = /^([A-Z][A-Z0-9]{2,30}):(\d{1,12}\.\d{1,9})$/.exec(id) ?? [];
  return channelId && ts ? { channelId, ts } : null;
}

/** Null for a post that did not come from here. */
export function placeOf(post: Pick<Post, 'id' | 'conversationId'>): MessagePlace | null {
  const own = parse(post.id);
  return own && { ...own, threadTs: parse(post.conversationId)?.ts ?? own.ts };
}

/** What “Copy link” gives, as in https://docs.slack.dev/reference/methods/chat.getPermalink. */
export function permalink(workspace: string, place: MessagePlace): string {
  const link = `${workspace}/archives/${place.channelId}/p${place.ts.replace('.', '')}`;
  const thread = place.threadTs === place.ts ? '' : `?thread_ts=${place.threadTs}&cid=${place.channelId}`;
  return link + thread;
}
