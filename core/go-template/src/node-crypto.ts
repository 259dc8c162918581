import type * as crypto from 'node:crypto';

/** Loaded at the first use: it is the most expensive part of Node that this package needs, and few templates do. */
export function loadCrypto(): typeof crypto {
  return process.getBuiltinModule('node:crypto');
}
