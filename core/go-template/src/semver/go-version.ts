// The value that `semver` gives, with its methods. `IncMajor` and its like give a version by value, `semver` a pointer to one.
import { GoPanic } from '../values/panic.ts';
import { GoInt, GoObject, goInt } from '../values/value.ts';
import type { GoMethod, GoValue } from '../values/value.ts';
import { compareVersions, printVersion } from './version.ts';
import type { Version } from './version.ts';

export class GoVersion extends GoObject {
  readonly typeName: string;
  readonly kind: 'struct' | 'ptr';
  readonly version: Version;

  constructor(version: Version, kind: 'struct' | 'ptr' = 'ptr') {
    super();
    this.version = version;
    this.kind = kind;
    this.typeName = kind === 'ptr' ? '*semver.Version' : 'semver.Version';
  }

  print(): string {
    return printVersion(this.version);
  }

  override method(name: string): GoMethod | undefined {
    const { version } = this;
    switch (name) {
      case 'Major':
        return getter(new GoInt(version.major, 'uint64'));
      case 'Minor':
        return getter(new GoInt(version.minor, 'uint64'));
      case 'Patch':
        return getter(new GoInt(version.patch, 'uint64'));
      case 'Prerelease':
        return getter(version.prerelease);
      case 'Metadata':
        return getter(version.metadata);
      case 'Original':
        return getter(version.original);
      case 'String':
        return getter(printVersion(version));
      case 'IncMajor':
        return getter(raised({ ...version, major: version.major + 1n, minor: 0n, patch: 0n }));
      case 'IncMinor':
        return getter(raised({ ...version, minor: version.minor + 1n, patch: 0n }));
      case 'IncPatch':
        return getter(raised({ ...version, patch: version.prerelease === '' ? version.patch + 1n : version.patch }));
      case 'Compare':
        return comparison(version, (order) => goInt(order));
      case 'Equal':
        return comparison(version, (order) => order === 0);
      case 'LessThan':
        return comparison(version, (order) => order < 0);
      case 'GreaterThan':
        return comparison(version, (order) => order > 0);
      default:
        return undefined;
    }
  }
}

function raised(version: Version): GoVersion {
  const plain = { ...version, prerelease: '', metadata: '' };
  return new GoVersion({ ...plain, original: `${version.original.startsWith('v') ? 'v' : ''}${printVersion(plain)}` }, 'struct');
}

function getter(value: GoValue): GoMethod {
  return { parameters: [], call: () => value };
}

function comparison(version: Version, judge: (order: number) => GoValue): GoMethod {
  return {
    parameters: ['*semver.Version'],
    call: ([other]) => {
      if (!(other instanceof GoVersion)) throw new GoPanic('runtime error: invalid memory address or nil pointer dereference');
      return judge(compareVersions(version, other.version));
    },
  };
}
