import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Person } from '../../domain/item.ts';
import { cleanLine } from '../../domain/post.ts';

/** Somebody of the room, with the role that a password gave. */
export interface Speaker extends Person {
  readonly role?: 'manager';
}

/** Who is at the door. */
export interface Visitor {
  /** Who acts; null while nobody has said a name. A manager by the managers' password has the role with it. */
  readonly person: Speaker | null;
  /** `web` for people with a browser, `api` for scripts: what events record. */
  readonly surface: 'web' | 'api';
  /** When the session ends, epoch milliseconds; null without a session. */
  readonly until: number | null;
}

export type Entry =
  | { readonly ok: true; readonly visitor: Visitor }
  | { readonly ok: false; readonly status: 401 | 403; readonly code: string; readonly text: string };

export interface Access {
  /** Whether this request may come in, and who sends it. */
  enter(request: Request): Promise<Entry>;
  /** Exchanges the password for a session; the cookie to set, or why not. */
  login(request: Request, token: string, remoteAddress: string): Promise<Login>;
  /** Gives the visitor a name; the cookie to set, and who they are now. */
  introduce(request: Request, name: string): Promise<Introduced>;
  /** Ends the session; the cookie that forgets it. */
  logout(request: Request): Promise<string>;
}

export type Login =
  | { readonly ok: true; readonly cookie: string }
  | { readonly ok: false; readonly retryAfterMs: number; readonly text: string };

export type Introduced =
  | { readonly ok: true; readonly cookie: string; readonly person: Speaker }
  /** The name is a manager's, and this is not their session. */
  | { readonly ok: false; readonly text: string };

export interface AccessOptions {
  /** Null where this machine alone can reach the room. */
  readonly token: string | null;
  /** Whoever comes in with it is a manager; null where there is none. */
  readonly managerToken: string | null;
  /** Ids that potluck.yaml gives to people of this room (`web:ana`): who says the name is that person. */
  readonly named: ReadonlySet<string>;
  /** Those of {@link named} that are managers. */
  readonly managers: ReadonlySet<string>;
  readonly cache: Keyv;
  readonly clock: Clock;
  readonly https: boolean;
}

const DAY_MS = 86_400_000;
/** A password session is shorter: a lost laptop must not stay in the room. */
const SESSION_MS = { open: 90 * DAY_MS, password: 14 * DAY_MS } as const;
/** Wrong passwords from one address before it has to wait, and for how long. */
const TRIES = 5;
const WAIT_MS = 60_000;
const MAX_ADDRESSES = 10_000;
const COOKIE = 'potluck_session';
const MAX_NAME = 40;

const sessionSchema = z.object({
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  until: z.number(),
  /** Hash of the password it was opened with: a new password ends every session. */
  door: z.string(),
  /** Opened with the managers' password: its hash. */
  manager: z.string().optional(),
});
type Session = z.output<typeof sessionSchema>;

/** Whether an address to listen on (or a Host name) means this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Equal, in a time that tells nothing about where they differ. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host;
}

/** `127.0.0.1` of `127.0.0.1:3000`, `::1` of `[::1]:3000`. */
function nameOf(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

function cookieOf(request: Request): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === COOKIE && value) return value;
  }
  return null;
}

/**
 * A request that changes something must come from our own page, or from a script: browsers always say where a request
 * of another page comes from, and cannot send JSON across sites without asking first.
 */
function foreign(request: Request): string | null {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  const site = request.headers.get('sec-fetch-site');
  // What a browser says here no page can change, and it stays true behind a proxy that renames the host.
  const known = site === 'same-origin' || site === 'none';
  if (!known && (site !== null || !sameOrigin(request))) return 'The request comes from another site.';
  const type = request.headers.get('content-type') ?? '';
  // Neither of the two can be sent across sites without asking first.
  if (!/^application\/(?:json|octet-stream)\s*(;|$)/i.test(type))
    return 'Send JSON, with content-type: application/json (a picture: application/octet-stream).';
  return null;
}

/** Without `Sec-Fetch-Site` (scripts, old browsers, plain http on another host): the page's address, where one is given. */
function sameOrigin(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  try {
    return new URL(origin).host === hostOf(request);
  } catch {
    // `null`: a sandboxed frame or a file.
    return false;
  }
}

function slug(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}+/gu, '');
  return (
    plain
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 24) || 'person'
  );
}

/** A name as people type it: one line, at most 40 characters; empty when nothing readable is left. */
export function personName(raw: string): string {
  return cleanLine(raw, MAX_NAME);
}

/** Doors and sessions of the room. */
export function createAccess(options: AccessOptions): Access {
  const { cache, clock, token, managerToken, named, managers } = options;
  const door = token === null ? 'open' : hash(`door:${token}`);
  const managerDoor = managerToken === null ? null : hash(`managers:${managerToken}`);
  const lifetime = token === null ? SESSION_MS.open : SESSION_MS.password;
  const failures = new Map<string, { count: number; until: number }>();

  const key = (secret: string): string => `web.session.${hash(secret)}`;

  async function sessionOf(
    request: Request,
  ): Promise<{ readonly session: Session; readonly secret: string } | null> {
    const secret = cookieOf(request);
    if (secret === null || secret.length > 100) return null;
    const parsed = sessionSchema.safeParse(await cache.get(key(secret)));
    if (!parsed.success || parsed.data.door !== door || parsed.data.until <= clock.now()) return null;
    return { session: parsed.data, secret };
  }

  function cookie(request: Request, secret: string, maxAgeMs: number): string {
    const secure = options.https || request.headers.get('x-forwarded-proto') === 'https' ? '; Secure' : '';
    return `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeMs / 1000)}${secure}`;
  }

  const isManager = (session: Session): boolean => managerDoor !== null && session.manager === managerDoor;

  function speaker(session: Session): Speaker | null {
    const { person } = session;
    return person && isManager(session) ? { ...person, role: 'manager' } : person;
  }

  async function open(request: Request, person: Person | null, manager = false): Promise<string> {
    // Not the injected randomness: this one must not be guessable.
    const secret = randomBytes(32).toString('base64url');
    const session: Session = {
      person,
      until: clock.now() + lifetime,
      door,
      ...(manager && managerDoor ? { manager: managerDoor } : {}),
    };
    await cache.set(key(secret), session, lifetime);
    return cookie(request, secret, lifetime);
  }

  function script(request: Request, manager = false): Visitor {
    const name = personName(request.headers.get('x-potluck-actor') ?? '');
    const role = manager ? ({ role: 'manager' } as const) : {};
    const person = name === '' ? null : { id: `api:${slug(name)}`, name, ...role };
    return { person, surface: 'api', until: null };
  }

  function blocked(address: string): number {
    const failed = failures.get(address);
    return failed && failed.count >= TRIES ? Math.max(0, failed.until - clock.now()) : 0;
  }

  function wrong(address: string): void {
    const now = clock.now();
    const failed = failures.get(address);
    const count = failed && failed.until > now ? failed.count + 1 : 1;
    if (!failed && failures.size >= MAX_ADDRESSES) failures.delete(failures.keys().next().value ?? '');
    failures.set(address, { count, until: now + WAIT_MS });
  }

  return {
    async enter(request) {
      // Without a password the Host name is the only guard against a page that points its own name at 127.0.0.1.
      if (token === null && !isLoopback(nameOf(hostOf(request))))
        return {
          ok: false,
          status: 403,
          code: 'wrong-host',
          text: 'This room answers on 127.0.0.1 and localhost only. To reach it under another name set WEB_TOKEN.',
        };
      const objection = foreign(request);
      if (objection) return { ok: false, status: 403, code: 'foreign', text: objection };
      const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      if (token !== null && bearer !== undefined) {
        if (managerToken !== null && same(bearer, managerToken))
          return { ok: true, visitor: script(request, true) };
        if (same(bearer, token)) return { ok: true, visitor: script(request) };
        return { ok: false, status: 401, code: 'unauthorized', text: 'The token is not right.' };
      }
      const found = await sessionOf(request);
      const named = request.headers.has('x-potluck-actor');
      if (found && !named) {
        return {
          ok: true,
          visitor: { person: speaker(found.session), surface: 'web', until: found.session.until },
        };
      }
      if (token !== null && !found)
        return {
          ok: false,
          status: 401,
          code: 'unauthorized',
          text: 'Sign in first, or send Authorization: Bearer.',
        };
      return { ok: true, visitor: named ? script(request) : { person: null, surface: 'web', until: null } };
    },

    async login(request, given, remoteAddress) {
      const wait = blocked(remoteAddress);
      if (wait > 0)
        return { ok: false, retryAfterMs: wait, text: 'Too many wrong passwords. Please wait a minute.' };
      const manager = managerToken !== null && same(given, managerToken);
      if (token === null || (!manager && !same(given, token))) {
        wrong(remoteAddress);
        return { ok: false, retryAfterMs: 0, text: 'That is not the password.' };
      }
      failures.delete(remoteAddress);
      return { ok: true, cookie: await open(request, null, manager) };
    },

    async introduce(request, name) {
      const found = await sessionOf(request);
      const said = `web:${slug(name)}`;
      if (managerDoor !== null && managers.has(said) && !(found && isManager(found.session)))
        return {
          ok: false,
          text: `“${name}” is a manager here. Sign out and come in with the managers’ password, or say another name.`,
        };
      const before = found?.session.person?.id;
      // Two people may choose the same name, and what they claim must not mix; whom potluck.yaml names is one person.
      const id = named.has(said)
        ? said
        : before !== undefined && !named.has(before)
          ? before
          : `${said}-${randomBytes(3).toString('hex')}`;
      const person = { id, name };
      if (!found) return { ok: true, cookie: await open(request, person), person };
      const left = found.session.until - clock.now();
      const session = { ...found.session, person };
      await cache.set(key(found.secret), session, left);
      return { ok: true, cookie: cookie(request, found.secret, left), person: speaker(session) ?? person };
    },

    async logout(request) {
      const secret = cookieOf(request);
      if (secret !== null) await cache.delete(key(secret));
      return cookie(request, '', 0);
    },
  };
}
