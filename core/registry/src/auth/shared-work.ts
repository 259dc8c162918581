interface Work<Value> {
  readonly promise: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/** Does the same work once for all who want it at the same time. It is aborted when the last one who waits for it has gone. */
export class SharedWork<Value> {
  readonly #running = new Map<string, Work<Value>>();

  async join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    signal.throwIfAborted();
    const work = this.#running.get(key) ?? this.#start(key, start);
    work.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([work.promise, aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
      work.waiting -= 1;
      if (work.waiting === 0) this.#leave(key, work);
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Value>): Work<Value> {
    const controller = new AbortController();
    const work = { promise: start(controller.signal), controller, waiting: 0 };
    this.#running.set(key, work);
    return work;
  }

  /** Who comes later begins anew: what an abort ended is of no use to them. */
  #leave(key: string, work: Work<Value>): void {
    if (this.#running.get(key) === work) this.#running.delete(key);
    work.controller.abort();
  }
}
