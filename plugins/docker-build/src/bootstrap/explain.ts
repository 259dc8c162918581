import type { CosError, ExecResult } from '@cos/core';
import { failureOf, type Code } from '../errors.ts';
import type { BasePackages } from './options.ts';
import { comparePackages, isSolveLine, readSolution } from './solve.ts';

// What a bootstrap that did not end well wants to say. mmdebstrap and apt tell everything by lines of text and one exit status.

const tail = 40;
const shownChanges = 12;

/** In the order in which they are looked for: the first one that fits is nearest to the cause. */
const known: readonly { readonly code: Code; readonly pattern: RegExp; readonly message: string }[] = [
  { code: 'COS_DOCKER_TMP_FULL', pattern: /No space left on device|Disk quota exceeded/, message: 'The disk is full on which the base system is bootstrapped.' },
  {
    code: 'COS_DOCKER_BOOTSTRAP_RIGHTS',
    pattern: /unable to pick chroot mode automatically|unprivileged_userns_clone|newuidmap|\/etc\/sub[ug]id|requires? root|have to be root/i,
    message: 'A base system can only be bootstrapped as root or in a user namespace, and this user has neither.',
  },
  { code: 'COS_DOCKER_BOOTSTRAP_FOREIGN', pattern: /can neither be executed natively|foreign architecture support/, message: 'The base system is for another processor than this host has, and the host cannot run its programs.' },
  {
    code: 'COS_DOCKER_MIRROR_UNREACHABLE',
    pattern: /Could not resolve|Temporary failure resolving|Could not connect|Unable to connect|Cannot initiate the connection|Connection (?:refused|timed out|reset|failed)|Network is unreachable|Failed to stat/,
    message: 'A mirror does not answer, or its folder is not there.',
  },
  { code: 'COS_DOCKER_SUITE_UNKNOWN', pattern: /does not have a Release file|no longer has a Release file|404 {2}Not Found|File not found - .*(?:Release|Packages)|did not find any indices/, message: 'A mirror does not have the suite, or a component of it.' },
  {
    code: 'COS_DOCKER_MIRROR_UNTRUSTED',
    pattern: /NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|is not signed|signatures (?:couldn't be verified|were invalid)|Clearsigned file isn't valid|Release file for .* is (?:expired|not valid yet)|Missing key/,
    message: 'The signature of a mirror is not valid.',
  },
  { code: 'COS_DOCKER_PACKAGE_UNKNOWN', pattern: /Unable to locate package|has no installation candidate|Couldn't find any package|Version '.*' for '.*' was not found|have unmet dependencies|unable to correct problems/, message: 'The mirrors do not have a package, or not what it depends on.' },
];

/** The failure that the output of mmdebstrap stands for. */
export function explainBootstrap({ stderr, exitCode }: Pick<ExecResult, 'stderr' | 'exitCode'>, pinned?: Pick<BasePackages, 'packages' | 'pool'>): CosError {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  const solution = readSolution(stderr);
  if (pinned !== undefined && solution !== undefined && lines.includes('cos-differs')) return changedBase(comparePackages(pinned, solution));
  const output = lines.filter((line) => !isSolveLine(line)).slice(-tail);
  const found = known.find(({ pattern }) => output.some((line) => pattern.test(line)));
  return found === undefined
    ? failureOf('COS_DOCKER_BOOTSTRAP_FAILED', `\`mmdebstrap\` ended with exit status ${exitCode}.`, { output })
    : failureOf(found.code, found.message, { output });
}

function changedBase(changes: readonly string[]): CosError {
  const rest = changes.length - shownChanges;
  return failureOf('COS_DOCKER_BASE_CHANGED', `The base cannot be made as cos.lock says: the mirrors have ${changes.length} other ${changes.length === 1 ? 'package' : 'packages'} today.`, {
    notes: [...changes.slice(0, shownChanges), ...(rest > 0 ? [`and ${rest} more`] : [])].map((message) => ({ message })),
  });
}
