import Handlebars from 'handlebars';
import { builtins } from './builtins.ts';
import { describe, isMap } from './data.ts';
import { TemplateFault } from './problem.ts';
import type { Site } from './rewrite.ts';
import { suggest } from './suggest.ts';

// What rewritten templates call while they render. Each rendering has its own helpers, which share one budget.

/** Passes of all loops of one rendering together. */
const MAX_PASSES = 1_000_000;

export const helperNames = ['$get', '$call', '$text', '$each'] as const;

export function createHelpers(sites: readonly Site[], maxLength: number): Record<(typeof helperNames)[number], Handlebars.HelperDelegate> {
  let passes = 0;
  const siteOf = (id: unknown): Site => {
    const site = sites[Number(id)];
    if (site === undefined) throw new Error(`Internal error: no site ${String(id)} in the template`);
    return site;
  };
  const checkLength = (length: number, site: Site): void => {
    if (length > maxLength) {
      throw new TemplateFault({ kind: 'too-large', message: `the output is larger than ${maxLength} characters`, expected: `at most ${maxLength} characters` }, site.place);
    }
  };
  return {
    $get: (id: unknown, base: unknown) => look(siteOf(id), base),
    $call(id: unknown, ...args: readonly unknown[]) {
      const site = siteOf(id);
      const builtin = builtins.get(site.text);
      if (builtin === undefined) throw new Error(`Internal error: no function ${site.text}`);
      try {
        return builtin.call(...args.slice(0, -1));
      } catch (error) {
        throw error instanceof TemplateFault ? new TemplateFault(error.fault, site.place) : error;
      }
    },
    $text(id: unknown, value: unknown) {
      const site = siteOf(id);
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        const found = describe(value);
        const hint = Array.isArray(value) ? 'use {{join list separator}} or {{#each}}' : isMap(value) ? 'name a key of it, or use {{json}}' : 'put it in {{#if}}, or give it a value';
        throw new TemplateFault({ kind: 'wrong-value', message: `${JSON.stringify(site.text)} cannot be written: expected text, found ${found}`, expected: 'text', found, hint }, site.place);
      }
      const text = String(value);
      checkLength(text.length, site);
      return text;
    },
    $each(this: unknown, id: unknown, value: unknown, options: Handlebars.HelperOptions) {
      const site = siteOf(id);
      const entries = entriesOf(site, value);
      if (entries.length === 0) return options.inverse(this);
      const data = Handlebars.createFrame(options.data);
      let text = '';
      for (const [index, [key, item]] of entries.entries()) {
        passes += 1;
        if (passes > MAX_PASSES) throw new TemplateFault({ kind: 'too-large', message: `loops run more than ${MAX_PASSES} times` }, site.place);
        data.index = index;
        data.key = key;
        data.first = index === 0;
        data.last = index === entries.length - 1;
        text += options.fn(item, { data, blockParams: [item, key] });
        checkLength(text.length, site);
      }
      return text;
    },
  };
}

/** Entries in order: of a list by position, of a map by key in code units. */
function entriesOf(site: Site, value: unknown): readonly (readonly [key: string | number, item: unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  if (isMap(value)) return Object.keys(value).sort().map((key) => [key, value[key]] as const);
  const found = describe(value);
  throw new TemplateFault({ kind: 'wrong-value', message: `#each expects a list or a map in ${JSON.stringify(site.text)}, found ${found}`, expected: 'a list or a map', found }, site.place);
}

function look(site: Site, base: unknown): unknown {
  let value = base;
  for (const key of site.keys) {
    if (isMap(value) && Object.hasOwn(value, key)) value = value[key];
    else if (Array.isArray(value) && /^\d{1,9}$/.test(key) && Object.hasOwn(value, key)) value = value[Number(key)];
    else throw missing(site, key, value);
  }
  return value;
}

function missing(site: Site, key: string, value: unknown): TemplateFault {
  if (!isMap(value)) {
    const found = describe(value);
    return new TemplateFault(
      { kind: 'unknown-variable', message: `${JSON.stringify(site.text)} looks for ${JSON.stringify(key)} in a value that has no keys`, expected: 'a map', found },
      site.place,
    );
  }
  const known = Object.keys(value).sort();
  const near = suggest(key, known);
  return new TemplateFault(
    {
      kind: 'unknown-variable',
      message: `there is no variable named ${JSON.stringify(site.text)}`,
      expected: known.length === 0 ? 'no variable: none is given' : `one of ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}`,
      found: JSON.stringify(key),
      ...(near === undefined ? {} : { hint: `did you mean ${JSON.stringify(near)}?` }),
    },
    site.place,
  );
}
