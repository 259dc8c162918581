// sprig: semantic versions.
import { satisfies } from '../semver/constraint.ts';
import { GoVersion } from '../semver/go-version.ts';
import { parseVersion } from '../semver/version.ts';
import { fn } from './define.ts';
import type { FunctionTable } from './define.ts';

export const semver: FunctionTable = {
  semver: fn(['string'], (text) => new GoVersion(parseVersion(text))),
  semverCompare: fn(['string', 'string'], satisfies),
};
