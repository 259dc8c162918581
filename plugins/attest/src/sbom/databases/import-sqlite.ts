import type * as sqlite from 'node:sqlite';

/** Node's SQLite, which costs something to load and which few systems need. */
export async function importSqlite(): Promise<typeof sqlite> {
  loaded ??= withoutWarning('SQLite is an experimental feature', async () => await import('node:sqlite'));
  return await loaded;
}

let loaded: Promise<typeof sqlite> | undefined;

/**
 * Does something of which Node says that it is an experiment. That is nothing for the users of a build, and this one warning is left out; others of that
 * moment are passed on.
 */
export async function withoutWarning<T>(start: string, action: () => Promise<T>): Promise<T> {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const emit: unknown = original?.value;
  if (original === undefined || typeof emit !== 'function') return await action();
  const quiet = (...given: readonly unknown[]): void => {
    const [warning, type] = given;
    if (type !== 'ExperimentalWarning' || !String(warning).startsWith(start)) Reflect.apply(emit, process, given);
  };
  Object.defineProperty(process, 'emitWarning', { ...original, value: quiet });
  try {
    return await action();
  } finally {
    Object.defineProperty(process, 'emitWarning', original);
  }
}
