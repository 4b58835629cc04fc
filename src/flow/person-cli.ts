import type { Clock } from '../clock.ts';
import type { Acquaintance } from '../domain/acquaintance.ts';
import { many } from '../domain/text.ts';
import type { Store } from '../store/store.ts';
import { makeDossier } from './dossier.ts';
import { erasePerson } from './erasure.ts';
import { type FoundAuthor, findAuthor } from './person-found.ts';
import { dossierFile, dossierLines, LEFT_BEHIND } from './privacy-desk.ts';

export const PERSON_USAGE: string =
  'Write: npm run person -- export <handle|source:id> [--out file.json]\n' +
  '   or: npm run person -- erase <handle|source:id> --yes\n';

export interface PersonCliDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly print: (text: string) => void;
  /** Writes a file that only its owner may read. */
  readonly save: (path: string, bytes: Uint8Array) => void;
}

/**
 * Privacy requests from the terminal, also while the bot runs: its cards follow. Returns whether all went well.
 *
 * @param args what stands behind the command: verb, whom, options
 */
export async function runPerson(deps: PersonCliDeps, args: readonly string[]): Promise<boolean> {
  const wanted = readArgs(args);
  if (!wanted) {
    deps.print(PERSON_USAGE);
    return false;
  }
  const found = await findAuthor(deps.store, wanted.whom);
  if ('nobody' in found) {
    deps.print(`${found.nobody}\n`);
    return false;
  }
  if ('several' in found) {
    const lines = found.several.map((each) => `  ${each.source}:${each.authorId}   ${look(each)}\n`);
    deps.print(`Several people are called like that. Say which:\n${lines.join('')}`);
    return false;
  }
  const acquaintance = await deps.store.acquaintance(await deps.store.acquaint(found.one));
  if (!acquaintance) throw new Error('The acquaintance was made and is not there.');
  return wanted.verb === 'export'
    ? exportTo(deps, acquaintance, wanted.out)
    : erase(deps, acquaintance, look(found.one), wanted.yes);
}

async function exportTo(
  deps: PersonCliDeps,
  { id, authors }: Acquaintance,
  out: string | null,
): Promise<boolean> {
  const { bytes } = dossierFile(await makeDossier(deps.store, deps.clock, authors), id);
  if (out === null) deps.print(new TextDecoder().decode(bytes));
  else {
    deps.save(out, bytes);
    deps.print(`All that Potluck holds about them is in ${out}.\n`);
  }
  return true;
}

async function erase(
  deps: PersonCliDeps,
  { authors }: Acquaintance,
  called: string,
  yes: boolean,
): Promise<boolean> {
  const lines = dossierLines(await makeDossier(deps.store, deps.clock, authors));
  deps.print(`${called}:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  if (!yes) {
    deps.print('Nothing was erased. Add --yes to erase all of it for good; it cannot be undone.\n');
    return false;
  }
  const done = await erasePerson({ ...deps, changed: () => {} }, authors);
  if (!done.ok) {
    deps.print(`${done.text}\n`);
    return false;
  }
  deps.print(
    `Erased: ${many(done.posts, 'post')}, ${many(done.items, 'item')}. A running Potluck draws ${many(done.redrawn, 'card')} and messages again.\n${LEFT_BEHIND}\n`,
  );
  return true;
}

function look({ author }: FoundAuthor): string {
  return [author.name, author.handle].filter((part) => part !== '').join(' · ') || 'somebody';
}

function readArgs(
  args: readonly string[],
): { verb: 'export' | 'erase'; whom: string; out: string | null; yes: boolean } | null {
  const [verb, ...rest] = args;
  if (verb !== 'export' && verb !== 'erase') return null;
  const words: string[] = [];
  let out: string | null = null;
  let yes = false;
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? '';
    if (arg === '--yes') yes = true;
    else if (arg === '--out') {
      out = rest[at + 1] ?? null;
      if (out === null) return null;
      at += 1;
    } else if (arg.startsWith('--')) return null;
    else words.push(arg);
  }
  return words.length === 0 ? null : { verb, whom: words.join(' '), out, yes };
}
