import { messageOf } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';

/** Work that goes on after an acknowledgement, counted so that a stop can wait for it. */
export interface Jobs {
  /** Runs a job to its end; what it throws is logged, never thrown: nobody holds its promise. */
  run(work: () => Promise<void>): Promise<void>;
  /** Counts a promise that somebody else holds. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createJobs(log: ChatLog): Jobs {
  const running = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const counted: Promise<unknown> = work.then(
      () => running.delete(counted),
      () => running.delete(counted),
    );
    running.add(counted);
    return work;
  };
  return {
    track,
    run(work) {
      const job = work().catch((error: unknown) => {
        log.error({ why: messageOf(error) }, 'something asked for in the chat failed');
      });
      return track(job);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
