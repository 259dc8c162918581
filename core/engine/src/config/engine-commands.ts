/** Commands of the engine, which plugins cannot take. */
export const engineCommands = ['run', 'list', 'plan', 'graph', 'why', 'values', 'clean', 'doctor', 'help'] as const;
