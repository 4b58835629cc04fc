import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Store } from '../store/store.ts';

/** This process, unique for ever, and to be recognised by the next one on this machine. */
export function holderId(): string {
  return `${hostname()}/${process.pid}/${randomUUID()}`;
}

/** A process of this machine that was killed left its leases behind: they are given back at once, instead of waited for. */
export async function releaseTheDead(store: Store): Promise<void> {
  for (const holder of await store.leaseHolders()) {
    const [host, pid] = holder.split('/');
    // Our own number means the process before us: the first one of a container always has number 1.
    const dead = Number(pid) === process.pid || !isAlive(Number(pid));
    if (host === hostname() && dead) await store.releaseHolder(holder);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
