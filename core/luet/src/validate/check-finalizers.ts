// finalize.yaml of every package. It is rendered on the machine that installs, where templates see the fields of the package and
// neither free keys nor values files.

import type { Problem } from '../problem.ts';
import { createProblem, isError } from '../problem.ts';
import { DEFINITION_KEYS } from '../package/definition-keys.ts';
import { readFinalizer } from '../package/finalizer.ts';
import { locateInSource, joinSources, RenderedMap } from '../render/source-map.ts';
import type { RenderTemplate } from '../render/render-template.ts';
import type { SourceText, TreePackage } from '../tree/load-tree.ts';
import type { ValueMap } from '../values/value.ts';
import { parseYaml } from '../yaml.ts';

export function checkFinalizers(packages: readonly TreePackage[], render: RenderTemplate): Problem[] {
  return packages.flatMap((one) => (one.finalizer === undefined ? [] : checkFinalizer(one, one.finalizer, render)));
}

function checkFinalizer(one: TreePackage, source: SourceText, render: RenderTemplate): Problem[] {
  // The text of an object has no lines that anybody wrote.
  const given = one.object === undefined ? undefined : one.definition.at;
  const result = render({ source: source.text, name: source.file, values: fieldsOf(one.values) });
  if (!result.ok) {
    const at = given ?? (result.line === undefined ? { file: source.file } : (locateInSource(joinSources([source]), result.line, result.column) ?? { file: source.file }));
    const message = `the finalizer of ${one.fingerprintName} cannot be rendered: ${result.message}`;
    return [createProblem('error', 'LUET_RENDER_FAILED', message, at, result.hint === undefined ? {} : { hint: result.hint })];
  }
  const map = new RenderedMap(result.text, [], source);
  const document = parseYaml({ text: result.text, file: source.file });
  const problems = document.problems.some(isError) ? document.problems : [...document.problems, ...readFinalizer(document.root).problems];
  return problems.map((problem) => (given === undefined ? map.move(problem) : { ...problem, ...given }));
}

function fieldsOf(values: ValueMap): ValueMap {
  return { keys: values.keys, entries: new Map([...values.entries].filter(([key]) => DEFINITION_KEYS.includes(String(key).toLowerCase()))) };
}
