import { execFileSync } from 'node:child_process';

/** Ids of all containers that the engine knows, running or not. */
/** Containers that were there before, by any hand, are not cos's: compare with these. */
export function containers(): readonly string[] {
  return execFileSync('docker', ['container', 'ls', '--all', '--quiet', '--no-trunc'], { encoding: 'utf8' }).split('\n').filter((line) => line !== '').sort();
}
