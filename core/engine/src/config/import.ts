import { pathToFileURL } from 'node:url';
import { messageOf, systemCode } from '../errors/expected.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import { explainImportFailure } from './import-failure.ts';

/**
 * Imports the config file and answers its default export. Node loads TypeScript itself by dropping types; on exactly the five kinds of error that mean
 * "valid TypeScript that Node cannot load" jiti takes over, with a warning that says so. Every other error is the config's own and is explained.
 */
export async function importConfig(file: string): Promise<Result<unknown>> {
  try {
    return defaultOf(await importNatively(file), file, []);
  } catch (first) {
    const reason = fallbackReason(first);
    if (reason === undefined) return failure(...explainImportFailure(first, file));
    try {
      return defaultOf(await importByJiti(file), file, [fallbackWarning(reason, file, first)]);
    } catch (second) {
      return failure(...explainBoth(first, second, file));
    }
  }
}

/**
 * When both loaders fail: the second error tells more when it got past what stopped the first one. A name that is not exported stops both, but the second
 * one trips over it later and somewhere else.
 */
function explainBoth(first: unknown, second: unknown, file: string): [Diagnostic, ...Diagnostic[]] {
  const gotFurther = !(first instanceof SyntaxError && systemCode(first) === undefined) && fallbackReason(second) === undefined && systemCode(second) !== 'MODULE_NOT_FOUND';
  const [main, other] = gotFurther ? [second, first] : [first, second];
  const [told, ...more] = explainImportFailure(main, file);
  const [note] = explainImportFailure(other, file);
  if (note.message === told.message || !gotFurther) return [told, ...more];
  return [{ ...told, notes: [...(told.notes ?? []), { message: `Node itself cannot load the config: ${note.message}`, ...(note.place === undefined ? {} : { place: note.place }) }] }, ...more];
}

async function importNatively(file: string): Promise<unknown> {
  const imported: unknown = await import(pathToFileURL(file).href);
  return imported;
}

async function importByJiti(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(file).href, { fsCache: false, tsconfigPaths: true, interopDefault: false });
  const imported: unknown = await jiti.import(file);
  return imported;
}

function fallbackReason(error: unknown): string | undefined {
  switch (systemCode(error) ?? '') {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return 'it uses syntax that is more than types (enum, namespace, parameter property)';
    case 'ERR_MODULE_NOT_FOUND':
      return 'it imports a module by a path that Node does not resolve (write relative imports with their extension)';
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return 'it imports TypeScript from node_modules';
    default:
      if (!(error instanceof SyntaxError)) return undefined;
      if (isCommonJs(error)) return 'the package.json beside it says that its files are no modules ("type": "commonjs")';
      return messageOf(error).includes('does not provide an export named') ? 'it imports a type without the word `type`' : undefined;
  }
}

/** `npm init` writes "type": "commonjs", and every config has imports and an export. */
function isCommonJs(error: SyntaxError): boolean {
  return messageOf(error) === 'Cannot use import statement outside a module' || messageOf(error) === "Unexpected token 'export'";
}

function fallbackWarning(reason: string, file: string, error: unknown): Diagnostic {
  return {
    code: 'COS_CONFIG_FALLBACK',
    severity: 'warning',
    message: `Node cannot load the config because ${reason}; a slower loader took over.`,
    place: { file },
    hint: error instanceof SyntaxError && isCommonJs(error) ? 'Set "type": "module" in package.json: npm pkg set type=module' : 'Set "erasableSyntaxOnly" and "verbatimModuleSyntax" in your tsconfig.json to see such places in the editor.',
  };
}

function defaultOf(imported: unknown, file: string, warnings: readonly Diagnostic[]): Result<unknown> {
  if (typeof imported === 'object' && imported !== null && 'default' in imported && imported.default !== undefined) return success(imported.default, warnings);
  return failure({
    code: 'COS_CONFIG_NO_DEFAULT',
    severity: 'error',
    message: 'Expected a default export made by defineConfig({...}); found no default export.',
    place: { file },
    hint: 'Write `export default defineConfig({ plugins, derivatives, targets })`.',
  });
}
