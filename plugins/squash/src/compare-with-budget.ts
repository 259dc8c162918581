import type { PluginOptions } from './options.ts';
import { packageKey } from './package-key.ts';
import { parseSize } from './parse-size.ts';
import { showSize } from './show/size.ts';

export interface PackageSize {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** Bytes of contents. */
  readonly content: number;
  /** Bytes of the compressed file. */
  readonly archive: number;
}

/** A sentence for each size that is above its budget. */
export function compareWithBudget(one: PackageSize, budgets: PluginOptions['budgets']): readonly string[] {
  const key = packageKey(one);
  return (['content', 'archive'] as const).flatMap((what) => {
    const from = budgets[key]?.[what] === undefined ? '*' : key;
    const budget = bytesOf(budgets[from]?.[what]);
    if (budget === undefined || one[what] <= budget) return [];
    const where = `budgets[${JSON.stringify(from)}].${what}`;
    return [`${key}@${one.version} is larger than its budget: ${names[what]} ${showSize(one[what])}, at most ${showSize(budget)} by ${where}; \`cos inspect ${key}\` shows what makes it large.`];
  });
}

const names = { content: 'contents of', archive: 'an archive of' } as const;

function bytesOf(size: number | string | undefined): number | undefined {
  return typeof size === 'string' ? parseSize(size) : size;
}
