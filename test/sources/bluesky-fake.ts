import { createHash } from 'node:crypto';
import { type AppBskyFeedPost, jsonToLex, lexicons } from '@atproto/api';
import { type WebSocket, WebSocketServer } from 'ws';
import { cidOf } from '../../src/sources/bluesky/cid.ts';
import type { TestClock } from '../support/clock.ts';
import {
  type FakeRequest,
  type FakeResponse,
  type FakeService,
  startFakeService,
} from '../support/fake-service.ts';

export interface FakeAccount {
  readonly did: string;
  readonly handle: string;
  readonly displayName?: string;
  /** What they say of themselves. */
  description?: string;
  readonly password: string;
}

export interface FakePost {
  readonly uri: string;
  readonly cid: string;
  readonly author: FakeAccount;
  readonly record: AppBskyFeedPost.Record;
  readonly embed?: object;
  /** Why we are told of it; null when we are not. */
  readonly reason: string | null;
  /** What the network sorts by: the earlier of `createdAt` and the time it was seen. */
  readonly sortAt: number;
  replyDisabled?: boolean;
  blocked?: boolean;
}

/** A personal data server and AppView in one: answers and demands what the lexicons say, and nothing else. */
export interface FakeBluesky extends FakeService {
  readonly brand: FakeAccount;
  account(handle: string, displayName?: string): FakeAccount;
  /** A post that exists from now on. */
  add(post: {
    readonly author: FakeAccount;
    readonly text: string;
    readonly at: number;
    readonly rkey?: string;
    readonly facets?: AppBskyFeedPost.Record['facets'];
    readonly langs?: string[];
    readonly reply?: FakePost;
    readonly embed?: object;
    readonly recordEmbed?: AppBskyFeedPost.Record['embed'];
    readonly reason?: string | null;
  }): FakePost;
  follow(author: FakeAccount, at: number): string;
  /** A notification that no client can read. */
  addBroken(at: number): void;
  remove(uri: string): void;
  post(uri: string): FakePost | undefined;
  readonly posts: readonly FakePost[];
  /** Files that were handed over, by CID. */
  readonly blobs: ReadonlyMap<string, { readonly mime: string; readonly bytes: Buffer }>;
  /** Every access token so far becomes what: unknown (`InvalidToken`) or old (`ExpiredToken`). */
  spoilTokens(how: 'InvalidToken' | 'ExpiredToken'): void;
  /** Refresh tokens stop working too, as when an app password is revoked. */
  revokeSessions(): void;
  /** How often somebody signed in with a password. */
  readonly signIns: number;
  /** Writes are done, and their answers lost on the way by a gateway. */
  gatewayLosesWrites: boolean;
  /** Called before a request is answered; what it returns is the answer. */
  intercept: ((nsid: string, request: FakeRequest) => FakeResponse | null) | null;
  /** The public stream: https://github.com/bluesky-social/jetstream */
  readonly jetstream: FakeJetstream;
}

export interface FakeJetstream {
  /** `ws://127.0.0.1:<port>/subscribe` */
  readonly url: string;
  /** Addresses of the connections so far. */
  readonly asked: readonly URL[];
  /** Resolves when somebody listens. */
  listening(): Promise<void>;
  /** Sends something that is no event of a post. */
  send(event: object | string): void;
  /** Every connection ends with this code; without one it breaks. */
  end(code?: number): void;
}

/** As `/subscribe` sends it; events since a cursor again, those of other collections never. */
function startJetstream(service: FakeService, clock: TestClock) {
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<WebSocket>();
  const waiting = new Set<() => void>();
  const asked: URL[] = [];
  const events: { readonly time_us: number }[] = [];
  let last = 0;
  service.server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', service.url);
    if (url.pathname !== '/subscribe') return socket.destroy();
    server.handleUpgrade(request, socket, head, (opened) => {
      asked.push(url);
      sockets.add(opened);
      opened.on('close', () => sockets.delete(opened));
      const cursor = url.searchParams.get('cursor');
      if (cursor !== null)
        for (const event of events) if (event.time_us >= Number(cursor)) opened.send(JSON.stringify(event));
      for (const wake of waiting) wake();
      waiting.clear();
    });
  });
  const send: FakeJetstream['send'] = (event) => {
    for (const socket of sockets) socket.send(typeof event === 'string' ? event : JSON.stringify(event));
  };
  const jetstream: FakeJetstream = {
    url: `${service.url.replace('http', 'ws')}/subscribe`,
    asked,
    listening: () => (sockets.size > 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve))),
    send,
    end(code) {
      for (const socket of sockets) code === undefined ? socket.terminate() : socket.close(code);
    },
  };
  return {
    jetstream,
    /** A commit to somebody's repository. */
    commit(did: string, commit: object): void {
      last = Math.max(last + 1, clock.now() * 1_000);
      const event = { did, time_us: last, kind: 'commit', commit: { rev: '3l3qo2vutsw2b', ...commit } };
      events.push(event);
      send(event);
    },
  };
}

const PAGE_LIMIT = 100;
const SORTABLE = '234567abcdefghijklmnopqrstuvwxyz';

class XrpcProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, extra: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

/** CIDv1 of raw bytes, as a server names a blob. */
function blobCid(bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest();
  const all = Buffer.concat([Buffer.from([0x01, 0x55, 0x12, 0x20]), hash]);
  const bits = Array.from(all, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = bits.match(/.{1,5}/g) ?? [];
  return `b${digits.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')}`;
}

const b32 = (text: string): string =>
  [...Buffer.from(text.padEnd(24, 'x'))]
    .map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32])
    .join('');

export async function startFakeBluesky(clock: TestClock): Promise<FakeBluesky> {
  const accounts = new Map<string, FakeAccount>();
  const posts = new Map<string, FakePost>();
  const follows: { uri: string; author: FakeAccount; at: number }[] = [];
  const broken: { at: number }[] = [];
  const access = new Map<string, { did: string; state: 'good' | 'InvalidToken' | 'ExpiredToken' }>();
  const refresh = new Map<string, string>();
  const blobs = new Map<string, { readonly mime: string; readonly bytes: Buffer }>();
  const signIns: number[] = [];
  let tokens = 0;
  let rkeys = 0;

  /** A record key of 13 characters that sorts by age. */
  const nextKey = (prefix: string): string => {
    rkeys += 1;
    let key = '';
    for (let rest = rkeys; key.length < 6; rest = Math.floor(rest / 32))
      key = SORTABLE.charAt(rest % 32) + key;
    return prefix + key;
  };
  const account = (handle: string, displayName?: string): FakeAccount => {
    const known = accounts.get(handle);
    if (known) return known;
    const did = `did:plc:${b32(handle).slice(0, 24)}`;
    const made = { did, handle, ...(displayName ? { displayName } : {}), password: `${handle}-app-password` };
    accounts.set(handle, made);
    return made;
  };
  const brand = account('brand.test', 'Crockhaven');

  const author = ({ did, handle, displayName }: FakeAccount): object => ({
    did,
    handle,
    ...(displayName ? { displayName } : {}),
    labels: [],
  });
  const view = (post: FakePost): object => ({
    uri: post.uri,
    cid: post.cid,
    author: author(post.author),
    record: post.record,
    ...(post.embed ? { embed: post.embed } : {}),
    indexedAt: new Date(post.sortAt).toISOString(),
    viewer: { ...(post.replyDisabled ? { replyDisabled: true } : {}) },
    labels: [],
  });
  const sorted = (): FakePost[] => [...posts.values()].sort((a, b) => b.sortAt - a.sortAt);

  /** Newest first, from a time and a place in it. */
  function paged<T>(all: readonly T[], params: Record<string, unknown>): { page: T[]; cursor?: string } {
    const from = Number(params.cursor ?? 0);
    if (!Number.isInteger(from)) throw new XrpcProblem(400, 'InvalidRequest', 'Malformed cursor');
    const to = from + Math.min(Number(params.limit ?? 50), PAGE_LIMIT);
    return { page: all.slice(from, to), ...(to < all.length ? { cursor: String(to) } : {}) };
  }

  function issue(did: string): { accessJwt: string; refreshJwt: string } {
    tokens += 1;
    const claims = Buffer.from(JSON.stringify({ scope: 'com.atproto.appPass', sub: did })).toString(
      'base64url',
    );
    const accessJwt = `head.${claims}.access-secret-${tokens}`;
    const refreshJwt = `head.${claims}.refresh-secret-${tokens}`;
    access.set(accessJwt, { did, state: 'good' });
    refresh.set(refreshJwt, did);
    return { accessJwt, refreshJwt };
  }

  const session = (did: string): object => {
    const found = [...accounts.values()].find((each) => each.did === did);
    return {
      ...issue(did),
      did,
      handle: found?.handle ?? 'handle.invalid',
      active: true,
      emailConfirmed: true,
    };
  };

  function createSession(input: { identifier: string; password: string }): object {
    const now = clock.now();
    const recent = signIns.filter((at) => at > now - 5 * 60_000);
    // https://docs.bsky.app/docs/advanced-guides/rate-limits
    if (recent.length >= 30 || signIns.filter((at) => at > now - 86_400_000).length >= 300)
      throw new XrpcProblem(429, 'RateLimitExceeded', 'Rate Limit Exceeded', {
        'ratelimit-reset': String(Math.ceil(((recent[0] ?? now) + 5 * 60_000) / 1_000)),
      });
    signIns.push(now);
    const found = [...accounts.values()].find(
      (each) => each.handle === input.identifier || each.did === input.identifier,
    );
    if (!found || found.password !== input.password)
      throw new XrpcProblem(401, 'AuthenticationRequired', 'Invalid identifier or password');
    return session(found.did);
  }

  function bearer(request: FakeRequest): string {
    return (request.headers.authorization ?? '').replace(/^Bearer /, '');
  }
  function signedIn(request: FakeRequest): string {
    const token = bearer(request);
    if (token === '') throw new XrpcProblem(401, 'AuthMissing', 'Authentication Required');
    const held = access.get(token);
    if (!held || held.state === 'InvalidToken')
      throw new XrpcProblem(400, 'InvalidToken', 'Token could not be verified');
    if (held.state === 'ExpiredToken') throw new XrpcProblem(400, 'ExpiredToken', 'Token has expired');
    return held.did;
  }
  function refreshed(request: FakeRequest): object {
    const did = refresh.get(bearer(request));
    if (!did) throw new XrpcProblem(400, 'ExpiredToken', 'Token has been revoked');
    refresh.delete(bearer(request));
    return session(did);
  }

  function notifications(params: Record<string, unknown>): object {
    // The brand's own setting: notifications only from people it follows (nobody), unless the request says otherwise.
    if (params.priority !== false) return { notifications: [], priority: true };
    const reasons = Array.isArray(params.reasons) ? params.reasons : null;
    const all = [
      ...[...posts.values()]
        .filter((post) => post.reason !== null)
        .map((post) => ({
          at: post.sortAt,
          body: { ...notice(post.uri, post.author, post.sortAt), reason: post.reason, record: post.record },
        })),
      ...follows.map(({ uri, author: by, at }) => ({
        at,
        body: {
          ...notice(uri, by, at),
          reason: 'follow',
          record: {
            $type: 'app.bsky.graph.follow',
            subject: brand.did,
            createdAt: new Date(at).toISOString(),
          },
        },
      })),
      ...broken.map(({ at }) => ({
        at,
        body: { uri: 'at://did:plc:x/app.bsky.feed.post/broken', reason: 'mention', author: 7 },
      })),
    ]
      .filter(({ body }) => reasons === null || reasons.includes(body.reason))
      .sort((a, b) => b.at - a.at);
    const { page, cursor } = paged(all, params);
    return { notifications: page.map(({ body }) => body), ...(cursor ? { cursor } : {}) };
  }
  function notice(uri: string, by: FakeAccount, at: number): object {
    return {
      uri,
      cid: posts.get(uri)?.cid ?? cidOf({ uri }),
      author: { ...author(by), ...(by.description ? { description: by.description } : {}) },
      isRead: true,
      indexedAt: new Date(at).toISOString(),
      labels: [],
    };
  }

  function node(post: FakePost, depth: number, height: number): object {
    if (post.blocked)
      return {
        $type: 'app.bsky.feed.defs#blockedPost',
        uri: post.uri,
        blocked: true,
        author: { did: post.author.did, viewer: { blockedBy: true } },
      };
    const parentUri = post.record.reply?.parent.uri;
    const parent = parentUri === undefined ? undefined : posts.get(parentUri);
    const replies = [...posts.values()].filter((each) => each.record.reply?.parent.uri === post.uri);
    return {
      $type: 'app.bsky.feed.defs#threadViewPost',
      post: view(post),
      ...(depth > 0 ? { replies: replies.map((each) => node(each, depth - 1, 0)) } : {}),
      ...(height > 0 && parentUri !== undefined
        ? { parent: parent ? node(parent, 0, height - 1) : notFound(parentUri) }
        : {}),
    };
  }
  const notFound = (uri: string): object => ({
    $type: 'app.bsky.feed.defs#notFoundPost',
    uri,
    notFound: true,
  });

  function feed(params: Record<string, unknown>): object {
    const actor = String(params.actor);
    const mine = sorted().filter((post) => post.author.did === actor || post.author.handle === actor);
    const { page, cursor } = paged(mine, params);
    const ref = (uri: string | undefined): object => {
      const post = uri === undefined ? undefined : posts.get(uri);
      return post ? { $type: 'app.bsky.feed.defs#postView', ...view(post) } : notFound(uri ?? '');
    };
    return {
      feed: page.map((post) => ({
        post: view(post),
        ...(post.record.reply
          ? { reply: { root: ref(post.record.reply.root.uri), parent: ref(post.record.reply.parent.uri) } }
          : {}),
      })),
      ...(cursor ? { cursor } : {}),
    };
  }

  function uploadBlob(request: FakeRequest): object {
    signedIn(request);
    const mime = request.headers['content-type'] ?? '';
    if (!mime.startsWith('image/')) throw new XrpcProblem(400, 'InvalidRequest', 'What is it?');
    const cid = blobCid(request.body);
    blobs.set(cid, { mime, bytes: request.body });
    return { blob: { $type: 'blob', ref: { $link: cid }, mimeType: mime, size: request.body.length } };
  }
  /** What a server checks when a record names a blob. */
  function checkImages(value: AppBskyFeedPost.Record): void {
    const embed = JSON.parse(JSON.stringify(value.embed ?? null)) as {
      images?: { image: { ref: { $link: string }; mimeType: string; size: number } }[];
    } | null;
    for (const { image } of embed?.images ?? []) {
      const held = blobs.get(image.ref.$link);
      if (!held) throw new XrpcProblem(400, 'BlobNotFound', `Could not find blob: ${image.ref.$link}`);
      if (held.mime !== image.mimeType || held.bytes.length !== image.size)
        throw new XrpcProblem(400, 'InvalidMimeType', 'Referenced blob does not match');
      if (held.bytes.length > 1_000_000)
        throw new XrpcProblem(400, 'BlobTooLarge', 'This file is too large. The maximum size is 1000000');
    }
  }

  interface Write {
    readonly collection: string;
    readonly rkey?: string;
    readonly value: AppBskyFeedPost.Record;
  }
  function applyWrites(did: string, input: { repo: string; writes: readonly Write[] }): object {
    if (input.repo !== did) throw new XrpcProblem(403, 'Forbidden', 'Not your repository');
    const owner = [...accounts.values()].find((each) => each.did === did) ?? brand;
    const made = input.writes.map(({ collection, rkey, value }) => {
      lexicons.assertValidRecord(collection, jsonToLex(value as never));
      checkImages(value);
      const key = rkey ?? nextKey('3kfake2');
      if (!/^[234567a-j][234567a-z]{12}$/.test(key))
        throw new XrpcProblem(400, 'InvalidRequest', 'Invalid record key: not a TID');
      const uri = `at://${did}/${collection}/${key}`;
      // What the real server does: https://github.com/bluesky-social/atproto/issues/3718
      if (posts.has(uri)) throw new XrpcProblem(500, 'InternalServerError', 'Internal Server Error');
      return { uri, value };
    });
    for (const { uri, value } of made) {
      const cid = cidOf(JSON.parse(JSON.stringify(value)));
      const sortAt = Math.min(Date.parse(value.createdAt), clock.now());
      posts.set(uri, { uri, cid, author: owner, record: value, reason: null, sortAt });
    }
    return {
      results: made.map(({ uri }) => ({
        $type: 'com.atproto.repo.applyWrites#createResult',
        uri,
        cid: posts.get(uri)?.cid,
        validationStatus: 'valid',
      })),
    };
  }

  const queries: Record<string, (params: Record<string, unknown>, request: FakeRequest) => object> = {
    'com.atproto.server.getSession': (_, request) => {
      const did = signedIn(request);
      return {
        did,
        handle: [...accounts.values()].find((each) => each.did === did)?.handle ?? '',
        active: true,
      };
    },
    'com.atproto.identity.resolveHandle': (params) => {
      const found = accounts.get(String(params.handle));
      if (!found) throw new XrpcProblem(400, 'InvalidRequest', 'Unable to resolve handle');
      return { did: found.did };
    },
    'app.bsky.notification.listNotifications': (params, request) => {
      signedIn(request);
      return notifications(params);
    },
    'app.bsky.feed.getAuthorFeed': (params, request) => {
      signedIn(request);
      return feed(params);
    },
    'app.bsky.feed.getPosts': (params, request) => {
      signedIn(request);
      const found = (params.uris as string[]).map((uri) => posts.get(uri));
      return { posts: found.flatMap((post) => (post && !post.blocked ? [view(post)] : [])) };
    },
    'app.bsky.feed.searchPosts': (params, request) => {
      signedIn(request);
      const wanted = String(params.q).toLowerCase();
      const hits = sorted().filter((post) => post.record.text.toLowerCase().includes(wanted));
      const { page, cursor } = paged(hits, params);
      return { posts: page.map(view), ...(cursor ? { cursor } : {}) };
    },
    'app.bsky.feed.getPostThread': (params, request) => {
      signedIn(request);
      const post = posts.get(String(params.uri));
      if (!post) throw new XrpcProblem(400, 'NotFound', `Post not found: ${params.uri}`);
      return { thread: node(post, Number(params.depth ?? 6), Number(params.parentHeight ?? 80)) };
    },
    'com.atproto.repo.getRecord': (params) => {
      const uri = `at://${params.repo}/${params.collection}/${params.rkey}`;
      const post = posts.get(uri);
      if (!post) throw new XrpcProblem(400, 'RecordNotFound', `Could not locate record: ${uri}`);
      return { uri, cid: post.cid, value: post.record };
    },
  };

  function answer(request: FakeRequest): FakeResponse {
    const nsid = request.path.replace('/xrpc/', '');
    const special = fake.intercept?.(nsid, request);
    if (special) return special;
    try {
      const body = respond(nsid, request);
      // The double keeps to the lexicon itself, except where a test breaks it on purpose.
      if (broken.length === 0 || nsid !== 'app.bsky.notification.listNotifications')
        lexicons.assertValidXrpcOutput(nsid, jsonToLex(JSON.parse(JSON.stringify(body))));
      if (fake.gatewayLosesWrites && nsid === 'com.atproto.repo.applyWrites')
        return { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' };
      return { body };
    } catch (error) {
      if (!(error instanceof XrpcProblem)) throw error;
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', ...error.extra },
        body: { error: error.code, message: error.message },
      };
    }
  }
  function respond(nsid: string, request: FakeRequest): object {
    if (nsid === 'com.atproto.server.refreshSession' && request.method === 'POST') return refreshed(request);
    if (request.method === 'GET') {
      const query = queries[nsid];
      if (!query) throw new XrpcProblem(501, 'MethodNotImplemented', `Not here: ${nsid}`);
      const params = paramsOf(nsid, request.query);
      lexicons.assertValidXrpcParams(nsid, params);
      return query(params, request);
    }
    if (nsid === 'com.atproto.repo.uploadBlob') return uploadBlob(request);
    const input = JSON.parse(request.body.toString('utf8'));
    lexicons.assertValidXrpcInput(nsid, input);
    if (nsid === 'com.atproto.server.createSession') return createSession(input);
    if (nsid === 'com.atproto.repo.applyWrites') return applyWrites(signedIn(request), input);
    throw new XrpcProblem(501, 'MethodNotImplemented', `Not here: ${nsid}`);
  }

  // Looking for what became of a write is lost together with its answer: the connection is gone.
  const service = await startFakeService(
    answer,
    ({ method, path }) => method === 'POST' || path.endsWith('.getRecord'),
  );
  const { jetstream, commit } = startJetstream(service, clock);
  const fake: FakeBluesky = {
    ...service,
    jetstream,
    async close() {
      jetstream.end();
      await service.close();
    },
    brand,
    account,
    gatewayLosesWrites: false,
    intercept: null,
    add(given) {
      const { text, at } = given;
      const rkey = given.rkey ?? nextKey('3kgiven');
      const parent = given.reply;
      const ref = parent && { uri: parent.uri, cid: parent.cid };
      const record = {
        $type: 'app.bsky.feed.post' as const,
        text,
        createdAt: new Date(at).toISOString(),
        ...(given.langs ? { langs: given.langs } : {}),
        ...(given.facets ? { facets: given.facets } : {}),
        ...(given.recordEmbed ? { embed: given.recordEmbed } : {}),
        ...(ref ? { reply: { root: parent.record.reply?.root ?? ref, parent: ref } } : {}),
      };
      const uri = `at://${given.author.did}/app.bsky.feed.post/${rkey}`;
      const post: FakePost = {
        uri,
        cid: cidOf(JSON.parse(JSON.stringify(record))),
        author: given.author,
        record,
        ...(given.embed ? { embed: given.embed } : {}),
        reason: given.reason ?? null,
        sortAt: Math.min(at, clock.now()),
      };
      posts.set(uri, post);
      commit(given.author.did, {
        operation: 'create',
        collection: 'app.bsky.feed.post',
        rkey,
        record,
        cid: post.cid,
      });
      return post;
    },
    follow(by, at) {
      const uri = `at://${by.did}/app.bsky.graph.follow/3kfollow22222`;
      follows.push({ uri, author: by, at });
      return uri;
    },
    addBroken: (at) => void broken.push({ at }),
    remove(uri) {
      const [, , did = '', collection, rkey] = uri.split('/');
      if (posts.delete(uri)) commit(did, { operation: 'delete', collection, rkey });
    },
    post: (uri) => posts.get(uri),
    spoilTokens(how) {
      for (const [token, held] of access) access.set(token, { ...held, state: how });
    },
    revokeSessions: () => refresh.clear(),
    blobs,
    get posts() {
      return [...posts.values()];
    },
    get signIns() {
      return signIns.length;
    },
  };
  return fake;
}

function paramsOf(nsid: string, query: URLSearchParams): Record<string, unknown> {
  const def = lexicons.getDefOrThrow(nsid, ['query']);
  const params: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const property = def.parameters?.properties[name];
    if (!property) throw new XrpcProblem(400, 'InvalidRequest', `Unknown parameter: ${name}`);
    const values = query.getAll(name);
    const one = values[0] ?? '';
    if (property.type === 'array') params[name] = values;
    else if (property.type === 'integer') params[name] = Number(one);
    else params[name] = property.type === 'boolean' ? one === 'true' : one;
  }
  return params;
}
