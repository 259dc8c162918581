import type { Note, Origin } from '@cos/core';
import type { RenderedPackage } from '@cos/luet';
import { placeOf } from './diagnostic.ts';

/**
 * Where the items of a recipe were written, by the names that they have in the rendered recipe (`steps[2]`): for messages of tasks that work with it. Items
 * of `copy` that nothing is copied for are not in that recipe, and do not count.
 */
export function recipeOrigins({ spec, placeOf: written, package: one }: RenderedPackage): Readonly<Record<string, Origin>> {
  const { definition } = one;
  const id = `${definition.category}/${definition.name}@${definition.version}`;
  const originOf = (path: string): Origin | undefined => {
    const place = written === undefined ? { at: spec.positions.get(path), renderedLine: undefined } : written(path);
    if (place === undefined || (place.at === undefined && place.renderedLine === undefined)) return undefined;
    const notes: readonly Note[] = place.renderedLine === undefined ? [] : [{ message: `it is line ${place.renderedLine} of the rendered recipe: cos render ${id} --part recipe` }];
    const file = one.recipe?.file ?? one.file;
    return { place: place.at === undefined ? { file } : placeOf(place.at), ...(notes.length === 0 ? {} : { notes }) };
  };
  const lists = ['prelude', 'steps', 'env', 'retrieve'] as const;
  const plain = lists.flatMap((list) => spec[list].map((_, index) => [`${list}[${index}]`, originOf(`${list}[${index}]`)] as const));
  const copied = spec.copy.flatMap((item, index) => (item.package?.version === '' ? [] : [index])).map((index, position) => [`copy[${position}]`, originOf(`copy[${index}]`)] as const);
  return Object.fromEntries([...plain, ...copied].flatMap(([name, origin]) => (origin === undefined ? [] : [[name, origin]])));
}
