import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { makePost, type Post, type PostInput } from './domain/post.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from './errors.ts';
import type { Dropped, Source, SourceKind } from './sources/source.ts';

/** Sources of the team's own, by what `module` says in potluck.yaml. */
export interface PlugIns {
  readonly kinds: Readonly<Record<string, SourceKind>>;
  /** Why a module cannot be used, and what to do. */
  readonly problems: Readonly<Record<string, string>>;
}

export const NO_PLUG_INS: PlugIns = { kinds: {}, problems: {} };

/** The modules that potluck.yaml names. A file that is no YAML has none: reading it whole tells what is wrong. */
function modulesIn(yaml: string): readonly string[] {
  let policy: unknown;
  try {
    policy = parse(yaml);
  } catch {
    return [];
  }
  const sources =
    typeof policy === 'object' && policy !== null && 'sources' in policy ? policy.sources : null;
  if (typeof sources !== 'object' || sources === null) return [];
  const named = Object.values(sources as Record<string, unknown>).flatMap((entry) =>
    typeof entry === 'object' && entry !== null && 'module' in entry && typeof entry.module === 'string'
      ? [entry.module]
      : [],
  );
  return [...new Set(named)];
}

/**
 * Loads the team's own sources. A module exports its kind as `source`, or by default; what it has to keep is in
 * `src/sources/source.ts`, and `test/contract/source.ts` tries whether it does.
 *
 * @param folder where potluck.yaml is: files and packages are looked for from there
 */
export async function loadPlugIns(yaml: string, folder: string): Promise<PlugIns> {
  const kinds: Record<string, SourceKind> = {};
  const problems: Record<string, string> = {};
  for (const name of modulesIn(yaml)) {
    try {
      const loaded: unknown = await import(addressOf(name, folder));
      const kind = kindIn(loaded);
      if (typeof kind === 'string') problems[name] = kind;
      else kinds[name] = kind;
    } catch (error) {
      problems[name] = loadWords(error, name, folder);
    }
  }
  return { kinds, problems };
}

function addressOf(name: string, folder: string): string {
  if (name.startsWith('.') || isAbsolute(name)) return pathToFileURL(resolve(folder, name)).href;
  // A package is the team's own: it is installed where potluck.yaml is, or beside Potluck.
  try {
    return pathToFileURL(createRequire(resolve(folder, 'potluck.yaml')).resolve(name)).href;
  } catch {
    return name;
  }
}

/** The kind a module exports; words when it exports none. */
function kindIn(loaded: unknown): SourceKind | string {
  const exported = typeof loaded === 'object' && loaded !== null ? loaded : {};
  const given: unknown =
    'source' in exported ? exported.source : 'default' in exported ? exported.default : undefined;
  if (typeof given !== 'object' || given === null)
    return 'exports no source: export it as “source” or by default, made with defineSource.';
  const { kind, label, create } = given as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof label !== 'string')
    return 'exports a source without “kind” or “label”: both are texts.';
  if (typeof create !== 'function') return 'exports a source without “create”, a function that makes it.';
  const { config } = given as { config?: { safeParse?: unknown } };
  if (typeof config?.safeParse !== 'function')
    return 'exports a source without “config”: a strict zod object with the fields under sources.<name>.';
  return withCleanPosts(given as SourceKind);
}

/**
 * A plug-in needs no import of Potluck: its posts may be plain objects. They are checked and cleaned here as our own
 * adapters do it with `makePost`; one that cannot be read is dropped alone.
 */
function withCleanPosts(kind: SourceKind): SourceKind {
  return {
    ...kind,
    async create(config, context) {
      const source = await kind.create(config, context);
      return cleaned(source);
    },
  };
}

function clean(raw: readonly unknown[]): {
  readonly posts: readonly Post[];
  readonly dropped: readonly Dropped[];
} {
  const posts: Post[] = [];
  const dropped: Dropped[] = [];
  for (const each of raw) {
    try {
      posts.push(makePost(each as PostInput));
    } catch (error) {
      const id =
        typeof each === 'object' && each !== null && 'id' in each ? String(each.id).slice(0, 100) : null;
      dropped.push({ id, why: messageOf(error).slice(0, 300) });
    }
  }
  return { posts, dropped };
}

/** A plug-in's own error, told by its name, as one of the house: only those say what to do next. */
function ours(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const options = { cause: error };
  switch (error.name) {
    case 'AuthError':
      return new AuthError(error.message, options);
    case 'RateLimitedError': {
      const { retryAfterMs } = error as { retryAfterMs?: unknown };
      return typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs)
        ? new RateLimitedError(error.message, retryAfterMs, options)
        : error;
    }
    case 'UnavailableError':
      return new UnavailableError(error.message, options);
    case 'RejectedError':
      return new RejectedError(error.message, options);
    case 'UncertainError':
      return new UncertainError(error.message, options);
    default:
      return error;
  }
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw ours(error);
  }
}

function cleaned(source: Source): Source {
  const { poll, listen, receive, conversation, reply, publish } = source;
  return {
    ...source,
    ...(poll && {
      async poll(cursor, signal) {
        const batch = await told(poll.call(source, cursor, signal));
        const { posts, dropped } = clean(batch.posts);
        return { ...batch, posts, dropped: [...(batch.dropped ?? []), ...dropped] };
      },
    }),
    ...(listen && {
      async *listen(signal) {
        try {
          for await (const posts of listen.call(source, signal)) yield clean(posts).posts;
        } catch (error) {
          throw ours(error);
        }
      },
    }),
    ...(receive && {
      async receive(request) {
        const result = await told(receive.call(source, request));
        const { posts, dropped } = clean(result.posts);
        const changed = result.changed && clean(result.changed).posts;
        return {
          ...result,
          posts,
          ...(changed && { changed }),
          dropped: [...(result.dropped ?? []), ...dropped],
        };
      },
    }),
    ...(conversation && {
      conversation: async (post, signal) => clean(await told(conversation.call(source, post, signal))).posts,
    }),
    ...(reply && {
      reply: async (post, text, options) => clean(await told(reply.call(source, post, text, options))).posts,
    }),
    ...(publish && {
      publish: async (text, options) => clean(await told(publish.call(source, text, options))).posts,
    }),
  };
}

function loadWords(error: unknown, name: string, folder: string): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return `is TypeScript, which Node ${process.versions.node} does not run: use Node 22.18 or newer, or name the compiled .js file.`;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return name.startsWith('.') || isAbsolute(name)
      ? `cannot be found at ${resolve(folder, name)}, or something that it imports cannot.`
      : `is not installed: npm install ${name}, in ${folder}.`;
  return `could not be loaded: ${messageOf(error).split('\n')[0]}`;
}
