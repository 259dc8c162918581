import { CosError } from '../errors/cos-error.ts';

/** The error code of a failed system call, also when another error carries it as its cause. */
export function rootSystemCode(error: unknown): string | undefined {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 10; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string' && 'syscall' in current) return current.code;
  }
  return undefined;
}

/** True when no byte can be written any more: disk, quota or file size limit. */
export function isDiskFull(error: unknown): boolean {
  const code = rootSystemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** The failure to show when the cache's folder takes nothing; errors of another kind come back as they are. */
export function asCacheFailure(error: unknown, folder: string): unknown {
  if (isDiskFull(error)) {
    return new CosError(
      {
        code: 'COS_CACHE_DISK_FULL',
        severity: 'error',
        message: `The result cannot be kept: no space is left for ${folder}.`,
        hint: 'Make space, or let the cache take less of it: `cache.maxBytes` in the config, `cos clean`.',
      },
      { cause: error },
    );
  }
  const code = rootSystemCode(error);
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new CosError(
      {
        code: 'COS_CACHE_NOT_WRITABLE',
        severity: 'error',
        message: `The result cannot be kept: ${folder} is not writable (${code}).`,
        hint: 'Give the folder to the user who runs cos; it may have been made by another user, for example root.',
      },
      { cause: error },
    );
  }
  return error;
}
