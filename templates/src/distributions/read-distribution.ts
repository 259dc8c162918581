import { readPreset, type Overlay, type Values } from '@cos/core';

/** Templates of package trees print these: `zypper in {{ .Values.packages }}`. The files hold lists, templates see words with blanks between them. */
const words: readonly string[] = ['packages', 'tools_packages'];

/**
 * The values of a distribution, from the files beside its index.ts: `values.yaml` for all platforms, `values.<architecture>.yaml` with what differs.
 * Lists of packages of a platform are added to the shared ones; everything else replaces.
 */
export function readDistribution<V extends Values>(index: string) {
  const values = readPreset<V>(new URL('values.yaml', index), { words });
  const platform = (architecture: string) => readPreset<Overlay<V> & Values>(new URL(`values.${architecture}.yaml`, index), { words, after: values });
  return { values, platforms: { 'linux/amd64': platform('amd64'), 'linux/arm64': platform('arm64') } };
}
