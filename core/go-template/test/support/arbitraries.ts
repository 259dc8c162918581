// Random templates: pieces of real syntax, mostly well put together, sometimes not.
import * as fc from 'fast-check';

const names = ['.', '$', '.Values', '.Values.a', '.Values.m.k', '.Values.none', '$x', '(list 1 2)', 'nil', 'true', '1', '-3', '1.5', '"s"', '`r`', "'c'", '0x1F', '1i'];
const functionNames = [
  'print', 'printf', 'len', 'index', 'eq', 'lt', 'and', 'or', 'not', 'default', 'dict', 'list', 'get', 'set', 'hasKey', 'toYaml', 'fromYaml', 'toJson',
  'fromJson', 'join', 'split', 'splitList', 'trunc', 'substr', 'replace', 'indent', 'nindent', 'quote', 'upper', 'title', 'snakecase', 'wrap', 'abbrev',
  'add', 'div', 'mod', 'round', 'until', 'seq', 'regexMatch', 'regexReplaceAll', 'semverCompare', 'date', 'toDate', 'duration', 'b64dec', 'urlParse',
  'merge', 'dig', 'pluck', 'uniq', 'chunk', 'slice', 'include', 'ternary', 'deepCopy', 'kindOf', 'toToml', 'nosuch', 'html', 'js', 'urlquery',
];
const keywords = ['if', 'with', 'range', 'range $x :=', 'range $i, $x :=', 'define "d"', 'block "b"', 'template "d"', 'else', 'else if', 'end', 'break', 'continue', '$x :=', '$x ='];
const texts = ['text ', '\n', '{', '}}', '  ', 'é🚀', '- a: b\n', '%d', '{{/* c */}}', '{{- /* c */ -}}'];

const operand = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)), fc.integer().map(String), fc.double({ noNaN: true }).map(String));
const command = fc.tuple(fc.constantFrom(...functionNames, ...names), fc.array(operand, { maxLength: 4 })).map(([head, rest]) => [head, ...rest].join(' '));
const pipeline = fc.array(command, { minLength: 1, maxLength: 3 }).map((commands) => commands.join(' | '));
const action = fc.tuple(fc.constantFrom('', ...keywords), pipeline, fc.constantFrom('{{', '{{- '), fc.constantFrom('}}', ' -}}')).map(
  ([keyword, pipe, open, close]) => `${open} ${keyword} ${/^(else|end|break|continue|define)/.test(keyword) && keyword !== 'else if' ? '' : pipe} ${close}`,
);
const body = fc.array(fc.oneof(action, fc.constantFrom(...texts)), { maxLength: 6 }).map((parts) => parts.join(''));
const blocks = fc
  .array(fc.tuple(fc.constantFrom('if', 'with', 'range', 'range $x :=', 'define "d"', ''), pipeline, body), { maxLength: 4 })
  .map((parts) => parts.map(([keyword, pipe, inner]) => (keyword === '' ? inner : `{{ ${keyword} ${keyword.startsWith('define') ? '' : pipe} }}${inner}{{ end }}`)).join(''));

/** Texts that a lexer and a parser should survive. */
export const anyTemplate = fc.oneof(body, blocks, fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('{', '}', '-', ' ', '"', '`', "'", '/', '*', '.', '$', '(', ')', '|', ':', '=', '\\', '\n', 'a', '0', 'e', 'i', 'é') }));

/** Well-formed actions that call functions with all sorts of arguments. */
export const anyCall = pipeline.map((pipe) => `{{ $x := 1 }}{{ define "d" }}[{{ . }}]{{ end }}{{ ${pipe} }}`);

/** JSON-like values. */
export const anyValues = fc.dictionary(fc.constantFrom('a', 'm', 'l', 'none'), fc.jsonValue({ maxDepth: 3 }));
