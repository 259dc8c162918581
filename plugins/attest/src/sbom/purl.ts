import type { InstalledPackage } from './installed-package.ts';
import type { OsRelease } from './os-release.ts';

export interface PurlParts {
  readonly type: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string;
  /** Empty ones are left out. */
  readonly qualifiers: Readonly<Record<string, string | undefined>>;
}

/** A package URL in canonical form. Format: ECMA-427, Package-URL specification. */
export function formatPurl({ type, namespace, name, version, qualifiers }: PurlParts): string {
  const path = [...(namespace ?? '').split('/'), name].filter((part) => part !== '').map(encode).join('/');
  const given = Object.entries(qualifiers).flatMap(([key, value = '']) => (value === '' ? [] : [`${key}=${encode(value)}`])).sort();
  return `pkg:${type}/${path}${version === '' ? '' : `@${encode(version)}`}${given.length === 0 ? '' : `?${given.join('&')}`}`;
}

/**
 * That of an installed package: its namespace is the distribution, and `upstream` names what it was built from where that has another name or version, which
 * is how vulnerability scanners find advisories for it.
 */
export function purlOf(one: InstalledPackage, distribution: OsRelease | undefined): string {
  const { manager, name, version, epoch, architecture, source } = one;
  const distro = distribution === undefined ? undefined : [distribution.id, distribution.version].filter((part) => part !== undefined).join('-');
  const other = source === undefined || (source.name === name && (source.version ?? version) === version) ? undefined : [source.name, source.version].filter((part) => part !== undefined).join('@');
  return formatPurl({
    type: manager,
    namespace: distribution?.id,
    // dpkg and apk do not tell upper and lower case apart; rpm does.
    name: manager === 'rpm' ? name : name.toLowerCase(),
    version,
    qualifiers: { arch: architecture, distro, epoch: epoch === undefined ? undefined : String(epoch), upstream: other },
  });
}

/** Everything but letters, digits, `.-_~` and the colon is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%3A', ':');
}
