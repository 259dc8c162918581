type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Values come from YAML files and typed presets, packages were read as plain data; the engine refuses anything else when the task is planned. */
export function json(values: Readonly<Record<string, unknown>>): Record<string, JsonValue> {
  return values as Record<string, JsonValue>;
}
