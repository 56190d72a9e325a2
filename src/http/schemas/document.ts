/** A document in JSON. */
import { z } from 'zod';
import { id, time } from './shared.ts';

export const documentSchema = z
  .object({
    id,
    file_name: z.string(),
    file_type: z.string().nullable().describe('Media type, told by the bytes.'),
    file_category: z.enum(['image', 'document', 'audio', 'video', 'other']),
    file_size: z.number().nullable().describe('Bytes.'),
    sha256: z.string().nullable().describe('Of the bytes, lower-case hex.'),
    client_id: id.nullable(),
    meeting_id: id.nullable(),
    upload_source: z.enum([
      'meetings_page',
      'clients_page',
      'manual',
      'api',
      'migrated',
      'unknown',
    ]),
    storage_bucket: z.string().nullable(),
    uploaded_by: id.nullable(),
    uploaded_at: time,
    deleted_at: time.nullable().describe('Set while it can be restored.'),
    updated_at: time,
  })
  .meta({ id: 'Document' });
