// What helm 3.3.4 puts beside `.Values`, as luet called it before 2022: a chart without a name, no files.
import { GoList, GoMap, GoObject, stringMap } from '../values/value.ts';
import type { GoMethod, GoValue } from '../values/value.ts';

/** Root of the data of a text with this name. */
export function helmRoot(name: string, values: GoValue): GoMap {
  return stringMap([
    ['Values', values],
    ['Chart', new ChartMetadata()],
    ['Release', null],
    ['Capabilities', null],
    ['Files', new NoFiles()],
    ['Template', stringMap([['Name', name], ['BasePath', 'templates']])],
  ]);
}

class ChartMetadata extends GoObject {
  readonly typeName = '*chart.Metadata';
  readonly kind = 'ptr';

  print(): string {
    return '&{}';
  }

  override field(name: string): GoValue | undefined {
    if (['Name', 'Home', 'Version', 'Description', 'Icon', 'APIVersion', 'Condition', 'Tags', 'AppVersion', 'KubeVersion', 'Type'].includes(name)) return '';
    if (['Sources', 'Keywords'].includes(name)) return new GoList([], 'string', true);
    if (['Maintainers', 'Dependencies'].includes(name)) return new GoList([], `*chart.${name.slice(0, -1)}`, true);
    if (name === 'Annotations') return new GoMap('string', 'string', true);
    return name === 'Deprecated' ? false : undefined;
  }
}

class NoFiles extends GoObject {
  readonly typeName = 'engine.files';
  readonly kind = 'map';

  print(): string {
    return 'map[]';
  }

  override method(name: string): GoMethod | undefined {
    switch (name) {
      case 'Get':
        return { parameters: ['string'], call: () => '' };
      case 'Lines':
        return { parameters: ['string'], call: () => new GoList([], 'string') };
      case 'Glob':
        return { parameters: ['string'], call: () => new NoFiles() };
      case 'AsConfig':
      case 'AsSecrets':
        return { parameters: [], call: () => '' };
      default:
        return undefined;
    }
  }
}
