/** Where the project's migrations are. */
import { fileURLToPath } from 'node:url';

export const MIGRATIONS_DIR = fileURLToPath(new URL('../../database/migrations/', import.meta.url));
