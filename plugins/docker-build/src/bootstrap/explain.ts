import { CosError } from '@cos/core';
import { failureOf } from '../errors.ts';

/** mmdebstrap says in several ways that it may neither act as root nor in a user namespace; everything else stays as it is. */
export function explainBootstrap(reason: unknown): unknown {
  if (!(reason instanceof CosError)) return reason;
  const output = reason.diagnostics.flatMap((diagnostic) => diagnostic.output ?? []);
  const isAboutRights = output.some((line) => /unable to pick chroot mode automatically|unprivileged_userns_clone|newuidmap|\/etc\/sub[ug]id|requires? root|have to be root/i.test(line));
  if (!isAboutRights) return reason;
  return failureOf('COS_DOCKER_BOOTSTRAP_RIGHTS', 'A base system can only be bootstrapped as root or in a user namespace, and this user has neither.', { output, cause: reason });
}
