import type { Suite } from '../vector.ts';
export async function cosTreeSuites(_folder: string): Promise<Suite[]> { return []; }
