import type { StandardSchemaV1 } from '@standard-schema/spec';

// Options are checked by any library that speaks Standard Schema (zod, valibot, arktype ...); the engine imports none.

// `any`: a schema is used only through InferInput and InferOutput, which need both sides open.
export type Schema = StandardSchemaV1<any, any>;
export type In<S extends Schema> = StandardSchemaV1.InferInput<S>;
export type Out<S extends Schema> = StandardSchemaV1.InferOutput<S>;

const nothing: StandardSchemaV1<Record<string, never> | undefined, Readonly<Record<string, never>>> = {
  '~standard': {
    version: 1,
    vendor: 'cos',
    validate: (value) => {
      if (value === undefined) return { value: {} };
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return { issues: [{ message: 'expected an object' }] };
      const issues = Object.keys(value).map((key) => ({ message: 'unknown option', path: [key] }));
      return issues.length > 0 ? { issues } : { value: {} };
    },
  },
};

/** The schema of a stage, planner or plugin that takes no options. */
export const noOptions = nothing;
