import { isDigest } from '../digest.ts';
import { readAnnotations, readPlatform } from './descriptor.ts';
import { findText, isList, isRecord, parseJson, type Json, type JsonRecord } from './json.ts';
import type { Platform } from './platform.ts';

/** What an image says of itself, as far as it is read here. Format: OCI image specification 1.1, "Image Configuration". */
export interface ImageConfig {
  /** Undefined where the config names none, as those of artifacts. */
  readonly platform: Platform | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=value`, in the order of the image. */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Empty = root. */
  readonly user: string;
  /** Empty = `/`. */
  readonly workingDirectory: string;
  /** Digests of the layers as plain tar, from the lowest to the uppermost. */
  readonly diffIds: readonly string[];
  /** RFC 3339; undefined where the config has none. */
  readonly created: string | undefined;
}

/** Reads a config; answers in words what is wrong where it is none. */
export function readImageConfig(bytes: Uint8Array): ImageConfig | string {
  const value = parseJson(new TextDecoder().decode(bytes));
  if (!isRecord(value)) return 'no JSON object';
  const settings = memberOf(value, 'config');
  const diffIds = textsOf(memberOf(value, 'rootfs')['diff_ids']);
  const wrong = diffIds.find((each) => !isDigest(each));
  if (wrong !== undefined) return `rootfs.diff_ids with ${JSON.stringify(wrong.slice(0, 150))}`;
  return {
    platform: readPlatform(value),
    labels: readAnnotations(settings['Labels']) ?? {},
    env: textsOf(settings['Env']),
    entrypoint: textsOf(settings['Entrypoint']),
    command: textsOf(settings['Cmd']),
    user: findText(settings, 'User') ?? '',
    workingDirectory: findText(settings, 'WorkingDir') ?? '',
    diffIds,
    created: findText(value, 'created'),
  };
}

function memberOf(value: JsonRecord, name: string): JsonRecord {
  const member = value[name];
  return isRecord(member) ? member : {};
}

function textsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))) : [];
}
