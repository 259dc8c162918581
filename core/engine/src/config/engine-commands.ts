/** Commands of the engine, which plugins cannot take. */
export const engineCommands = ['run', 'list', 'plan', 'graph', 'why', 'values', 'lock', 'clean', 'doctor', 'help'] as const;
