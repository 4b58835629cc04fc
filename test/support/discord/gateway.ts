import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { withheld } from './events.ts';
import { applicationPayload, guildEvent, userPayload } from './payloads.ts';
import { breach, type DispatchEvent, INTENT, type Json, type State } from './state.ts';

/** Privileged intents that no portal of this double can switch on. */
const NEVER = (1 << 1) | (1 << 8);
const KNOWN = (1 << 26) - 1;
/** After these the session is over, and nothing can be resumed. */
const FINAL: ReadonlySet<number> = new Set([1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014]);

const UNAUTHENTICATED = { code: 4004, why: 'Authentication failed.' } as const;

interface Session {
  readonly id: string;
  readonly shard: readonly [number, number];
  readonly intents: number;
  seq: number;
  /** Everything sent, for whoever resumes. */
  readonly log: { readonly seq: number; readonly text: string }[];
  socket: WebSocket | null;
}

export interface Gateway {
  readonly connections: number;
  readonly identifies: number;
  readonly resumes: number;
  readonly intents: number;
  drop(code?: number): void;
  invalidate(resumable: boolean): void;
  reconnect(): void;
  mute(on: boolean): void;
  setHeartbeat(ms: number): void;
  refuseIdentify(code: number | null): void;
  hold(): void;
  release(order?: 'kept' | 'reversed'): void;
  twice(): void;
  close(): void;
}

export function startGateway(state: State, server: Server, base: string): Gateway {
  const sockets = new Set<WebSocket>();
  const sessions = new Map<string, Session>();
  const welcomed = new WeakSet<WebSocket>();
  const held: DispatchEvent[] = [];
  let holding = false;
  let double = false;
  let muted = false;
  let heartbeatMs = 45_000;
  let refused: number | null = null;
  let identifies = 0;
  let resumes = 0;
  let lastIntents = 0;
  const resumeUrl = `${base.replace('http', 'ws')}/resume`;

  const upgrade = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', base);
    upgrade.handleUpgrade(request, socket, head, (websocket) => welcome(websocket, url));
  });

  function welcome(socket: WebSocket, url: URL): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', (code) => {
      sockets.delete(socket);
      const session = sessionOf(socket);
      if (!session) return;
      session.socket = null;
      if (FINAL.has(code)) sessions.delete(session.id);
    });
    socket.on('message', (data) => receive(socket, data, url.pathname === '/resume'));
    const { searchParams: query } = url;
    if (query.get('v') !== '10' || query.get('encoding') !== 'json') {
      breach(state, `gateway: v=${query.get('v')}, encoding=${query.get('encoding')}`);
      socket.close(4012, 'Invalid API version');
      return;
    }
    if (query.has('compress')) breach(state, 'gateway: this double does not compress');
    send(socket, { op: 10, d: { heartbeat_interval: heartbeatMs, _trace: [] } });
  }

  function sessionOf(socket: WebSocket): Session | undefined {
    return [...sessions.values()].find((each) => each.socket === socket);
  }

  function send(socket: WebSocket, payload: Json): void {
    socket.send(JSON.stringify({ t: null, s: null, ...payload }));
  }

  function receive(socket: WebSocket, data: RawData, atResumeUrl: boolean): void {
    const message = read(String(data));
    if (!message) {
      fault(socket, 4002, 'Error while decoding payload');
      return;
    }
    const session = sessionOf(socket);
    switch (message.op) {
      case 1:
        if (!muted) send(socket, { op: 11 });
        return;
      case 2:
      case 6:
        if (session) fault(socket, 4005, 'Already authenticated');
        else if (message.op === 2) identify(socket, message.d ?? {});
        else resume(socket, message.d ?? {}, atResumeUrl);
        return;
      case 3:
      case 4:
      case 8:
        if (!session) fault(socket, 4003, 'Not authenticated');
        return;
      default:
        fault(socket, 4001, 'Unknown opcode');
    }
  }

  /** The app did something a gateway closes for. */
  function fault(socket: WebSocket, code: number, why: string): void {
    breach(state, `gateway: ${code} ${why}`);
    socket.close(code, why);
  }

  /** Why an IDENTIFY is turned away; `ours` when the app could have known better. */
  function objection(
    d: Json,
  ): { readonly code: number; readonly why: string; readonly ours: boolean } | null {
    if (d.token !== state.token || state.revoked) return { ...UNAUTHENTICATED, ours: false };
    if (refused !== null) return { code: refused, why: 'refused', ours: false };
    const { os, browser, device } = (d.properties ?? {}) as Json;
    if (typeof os !== 'string' || typeof browser !== 'string' || typeof device !== 'string')
      return { code: 4002, why: 'IDENTIFY without properties', ours: true };
    const intents = Number(d.intents);
    if (!Number.isInteger(intents) || (intents & ~KNOWN) !== 0)
      return { code: 4013, why: 'Invalid intent(s)', ours: true };
    const forbidden = NEVER | (state.messageContent ? 0 : INTENT.messageContent);
    // Not a mistake of the app: somebody has to switch it on in the portal.
    if ((intents & forbidden) !== 0) return { code: 4014, why: 'Disallowed intent(s).', ours: false };
    const [id, count] = shardOf(d);
    if (!(id >= 0 && id < count)) return { code: 4010, why: 'Invalid shard', ours: true };
    // Discord resets the token of an app that does this.
    return state.sessionsLeft <= 0 ? { ...UNAUTHENTICATED, why: 'no sessions left', ours: true } : null;
  }

  function identify(socket: WebSocket, d: Json): void {
    identifies += 1;
    const intents = Number(d.intents);
    lastIntents = intents;
    const objected = objection(d);
    if (objected) {
      if (objected.ours) fault(socket, objected.code, objected.why);
      else socket.close(objected.code, objected.why);
      return;
    }
    if (d.compress) breach(state, 'gateway: this double does not compress');
    const [shardId, shardCount] = shardOf(d);
    state.sessionsLeft -= 1;
    for (const other of [...sessions.values()].filter(({ shard }) => shard[0] === shardId)) {
      if (other.socket) breach(state, `gateway: two connections for shard ${shardId} at once`);
      else sessions.delete(other.id);
    }
    const session: Session = {
      id: `session-${state.next().toString(16).padStart(8, '0')}`,
      shard: [shardId, shardCount],
      intents,
      seq: 0,
      log: [],
      socket,
    };
    sessions.set(session.id, session);
    welcomed.add(socket);
    const guilds = [...state.guilds.values()].filter((each) => each.botIn && inShard(session, each.id));
    push(session, 'READY', {
      v: 10,
      user: { ...userPayload(state, state.botUserId), verified: true, mfa_enabled: true, email: null },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: resumeUrl,
      session_type: 'normal',
      private_channels: [],
      relationships: [],
      user_settings: {},
      presences: [],
      shard: session.shard,
      application: { id: state.applicationId, flags: applicationPayload(state).flags },
    });
    if ((intents & INTENT.guilds) === 0) return;
    for (const guild of guilds) if (guild.available) push(session, 'GUILD_CREATE', guildEvent(state, guild));
  }

  function resume(socket: WebSocket, d: Json, atResumeUrl: boolean): void {
    resumes += 1;
    if (d.token !== state.token || state.revoked) {
      socket.close(UNAUTHENTICATED.code, UNAUTHENTICATED.why);
      return;
    }
    // After op 9 a session may be taken up again on the connection that is there.
    if (!atResumeUrl && !welcomed.has(socket))
      breach(state, 'gateway: RESUME elsewhere than at resume_gateway_url');
    const session = sessions.get(String(d.session_id));
    const seq = Number(d.seq);
    if (!session) {
      send(socket, { op: 9, d: false });
      return;
    }
    if (!Number.isInteger(seq) || seq > session.seq) {
      fault(socket, 4007, 'Invalid seq');
      return;
    }
    if (session.socket) {
      breach(state, `gateway: two connections for shard ${session.shard[0]} at once`);
      session.socket.close(4000);
    }
    session.socket = socket;
    welcomed.add(socket);
    for (const missed of session.log.filter((each) => each.seq > seq)) socket.send(missed.text);
    push(session, 'RESUMED', { _trace: [] });
  }

  function push(session: Session, name: string, data: Json): void {
    session.seq += 1;
    const text = JSON.stringify({ op: 0, t: name, s: session.seq, d: data });
    session.log.push({ seq: session.seq, text });
    session.socket?.send(text);
  }

  function inShard(session: Session, guildId: string | null): boolean {
    const [id, count] = session.shard;
    return guildId === null ? id === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;
  }

  function publish(event: DispatchEvent): void {
    for (const session of sessions.values()) {
      if (!inShard(session, event.guildId)) continue;
      if (event.intents !== 0 && (session.intents & event.intents) === 0) continue;
      const reads = (session.intents & INTENT.messageContent) !== 0;
      const data = event.message && !reads ? withheld(state, event.message, event.data) : event.data;
      push(session, event.name, data);
    }
  }

  state.dispatch = (event) => {
    const times = double ? 2 : 1;
    double = false;
    for (let time = 0; time < times; time++) {
      if (holding) held.push(event);
      else publish(event);
    }
  };

  return {
    get connections() {
      return sockets.size;
    },
    get identifies() {
      return identifies;
    },
    get resumes() {
      return resumes;
    },
    get intents() {
      return lastIntents;
    },
    drop(code) {
      for (const socket of sockets) {
        const session = sessionOf(socket);
        if (session) session.socket = null;
        if (session && code !== undefined && FINAL.has(code)) sessions.delete(session.id);
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
    },
    invalidate(resumable) {
      for (const socket of sockets) {
        const session = sessionOf(socket);
        if (session) session.socket = null;
        if (session && !resumable) sessions.delete(session.id);
        send(socket, { op: 9, d: resumable });
      }
    },
    reconnect() {
      for (const socket of sockets) send(socket, { op: 7 });
    },
    mute(on) {
      muted = on;
    },
    setHeartbeat(ms) {
      heartbeatMs = ms;
    },
    refuseIdentify(code) {
      refused = code;
    },
    hold() {
      holding = true;
    },
    release(order = 'kept') {
      holding = false;
      const events = held.splice(0);
      for (const event of order === 'reversed' ? events.reverse() : events) publish(event);
    },
    twice() {
      double = true;
    },
    close() {
      for (const socket of sockets) socket.terminate();
      upgrade.close();
    },
  };
}

/** A payload, or null when a gateway could not read it. */
function read(text: string): { readonly op?: number; readonly d?: Json } | null {
  if (text.length > 4_096) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shardOf(d: Json): readonly [number, number] {
  const [id = 0, count = 1] = (d.shard ?? [0, 1]) as readonly number[];
  return [id, count];
}
