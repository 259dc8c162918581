import type { DatabaseProblem, InstalledPackage, ReadDatabase } from '../installed-package.ts';
import { readStanzas } from './stanzas.ts';

/**
 * The packages of Alpine's database `installed`: paragraphs of lines `X:value`, in which the letters P, V, A, L, o and m are name, version, architecture,
 * licence, origin and maintainer; the lines of files repeat. Format: apk-installed in the manual of apk-tools, and the "Apk spec" of the Alpine wiki.
 */
export function readApk(text: string, file: string): ReadDatabase {
  const { stanzas, problems: read, placeOf } = readStanzas(text, file, { name: /^[A-Za-z]$/, continued: false, repeated: true, ended: true });
  const problems: DatabaseProblem[] = [...read];
  const packages = stanzas.flatMap(({ line, fields }): readonly InstalledPackage[] => {
    const value = (letter: string): string => fields.get(letter)?.value ?? '';
    const [name, version] = [value('P'), value('V')];
    if (name === '' || version === '') {
      const [missing, what] = name === '' ? ['P', 'the name of a package'] : ['V', `the version of the package ${JSON.stringify(name)}`];
      problems.push({ file, message: `Expected a paragraph with the line "${missing}:", ${what}; it has none.`, at: placeOf(line) });
      return [];
    }
    const [architecture, license, supplier, origin] = [value('A'), value('L'), value('m'), value('o')];
    return [{
      manager: 'apk', name, version,
      ...(architecture === '' ? {} : { architecture }),
      ...(license === '' ? {} : { license }),
      ...(supplier === '' ? {} : { supplier }),
      ...(origin === '' ? {} : { source: { name: origin } }),
    }];
  });
  return { packages, problems };
}
