// Capacity for running tasks: each takes units of one class. Who asked first is served first, so that a large task does not starve.

export interface WorkerPool {
  /** Waits for units of a class (at most all of them) and answers the function that gives them back. */
  readonly take: (resource: { readonly class: string; readonly units: number }, signal: AbortSignal) => Promise<() => void>;
}

interface Waiter {
  readonly units: number;
  readonly start: () => void;
}

interface Pool {
  readonly capacity: number;
  free: number;
  readonly waiters: Waiter[];
}

/** `capacities` of classes other than `cpu`; a class that is not named has 2. */
export function createWorkerPool(jobs: number, capacities: Readonly<Record<string, number>>): WorkerPool {
  const pools = new Map<string, Pool>();
  const poolOf = (name: string): Pool => {
    const capacity = Math.max(1, name === 'cpu' ? jobs : Object.hasOwn(capacities, name) ? (capacities[name] ?? 2) : 2);
    const pool = pools.get(name) ?? { capacity, free: capacity, waiters: [] };
    pools.set(name, pool);
    return pool;
  };
  const serve = (pool: Pool): void => {
    for (;;) {
      const [first] = pool.waiters;
      if (first === undefined || first.units > pool.free) return;
      pool.waiters.shift();
      pool.free -= first.units;
      first.start();
    }
  };
  return {
    take: (resource, signal) => {
      const pool = poolOf(resource.class);
      const units = Math.min(Math.max(1, resource.units), pool.capacity);
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
          return;
        }
        let given = false;
        const abort = (): void => {
          const at = pool.waiters.indexOf(waiter);
          if (at >= 0) pool.waiters.splice(at, 1);
          serve(pool);
          reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
        };
        const waiter: Waiter = {
          units,
          start: () => {
            signal.removeEventListener('abort', abort);
            resolve(() => {
              if (given) return;
              given = true;
              pool.free += units;
              serve(pool);
            });
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        pool.waiters.push(waiter);
        serve(pool);
      });
    },
  };
}
