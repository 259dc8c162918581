// Values files are data beside the code that reads them: they go into dist as they are.
import { cpSync } from 'node:fs';

cpSync('src/distributions', 'dist/distributions', { recursive: true, filter: (path) => !path.endsWith('.ts') });
