// The door to a template engine. It is given by the caller, so that this package can be used with any engine of Go templates.

import type { ValueMap } from '../values/value.ts';

export interface RenderRequest {
  /** The shared templates and the recipe as one text. */
  readonly source: string;
  /** What the source begins with and all recipes of the tree have in common: the shared templates. Default: nothing. */
  readonly shared?: string;
  /** For messages: the recipe's file. */
  readonly name: string;
  /** Seen by the template as `.Values`, the only thing it sees. */
  readonly values: ValueMap;
}

export type RenderResult =
  | {
      readonly ok: true;
      readonly text: string;
      /** What it asked of the environment, by name; undefined = not declared, so it got nothing. Default: it did not ask. */
      readonly variables?: ReadonlyMap<string, string | undefined>;
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** From 1, in `source`. */
      readonly line?: number;
      /** From 1, in UTF-16 units. */
      readonly column?: number;
      readonly hint?: string;
    };

export type RenderTemplate = (request: RenderRequest) => RenderResult;
