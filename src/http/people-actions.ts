/** What the routes may do with one person's data; handed in by `app.ts`. */
import type { Id } from '../domain/id.ts';
import type { Doer } from '../store/audit.ts';

interface PersonRequest {
  workspaceId: Id;
  email: string;
  by: Doer;
}

/** Both throw `AppError` of kind invalid for what is no address. */
export interface PeopleActions {
  exportPerson(request: PersonRequest): Promise<{
    email: string;
    exported_at: string;
    workspace_id: Id;
    emails: string[];
    tables: Record<string, Record<string, unknown>[]>;
  }>;
  erasePerson(request: PersonRequest): Promise<{
    invitees: number;
    guests: number;
    clients: number;
    documents: number;
    deliveries: number;
  }>;
}
